import { expect, test } from 'vitest';
import { findSegments } from './find-segments.ts';

const pause = async () => {};
/** Of nobody anything is known that could name a segment. */
const nameless = (users: number) => ({
  columns: { rowStart: new Int32Array(users + 1), columns: new Int32Array(0), weights: new Float32Array(0) },
  groups: [],
});

test('subjects beyond those that segments are found on get the nearest one', async () => {
  const users = 12_000;
  // eight places far apart, one of them thrice as full as the others
  const placeOf = (user: number) => Math.max(0, (user % 10) - 2);
  const values = Float32Array.from({ length: 2 * users }, (_, at) => {
    const user = at >> 1;
    const angle = (placeOf(user) * Math.PI) / 4;
    return 10 * (at % 2 === 0 ? Math.cos(angle) : Math.sin(angle)) + Math.sin(user) / 10;
  });
  const { segments, segmentOf } = await findSegments(nameless(users), { values, width: 2 }, pause);
  expect(segments.map(({ subjects }) => subjects).toSorted((a, b) => b - a)).toEqual([3600, ...Array(7).fill(1200)]);
  expect(segments[0]).toEqual({ segment: 0, name: 'segment 0', subjects: 3600, share: 0.3 });
  for (let user = 0; user < users; user += 1)
    expect(segmentOf[user]).toBe(segmentOf[placeOf(user) === 0 ? 0 : placeOf(user) + 2]);
});

test('there are no more segments than subjects that differ, nor than one for 25 of them', async () => {
  const alike = { values: Float32Array.from({ length: 200 }, (_, at) => at % 2), width: 1 };
  expect((await findSegments(nameless(200), alike, pause)).segments).toHaveLength(2);
  const few = { values: Float32Array.from({ length: 40 }, (_, at) => at), width: 1 };
  expect((await findSegments(nameless(40), few, pause)).segments).toHaveLength(1);
});
