import { expect, test } from 'vitest';
import { rangesOf } from '../log-ranges.ts';
import { measuredSlice } from './measured-slice.ts';

const TOPIC = 't';
const part = (partition: number, from: number, to: number) => ({ partition, from, to });
const planned = { topicId: TOPIC, slice: [part(0, 100, 150), part(1, 80, 130)] };
/** Of a release that has learned two partitions up to there. */
const learned = (release: string, first: number, second: number, topicId = TOPIC) => ({
  manifest: { release, trainedOn: rangesOf(topicId, [part(0, 0, first), part(1, 0, second)]) },
});

test.each([
  ['nothing is in force', null, null],
  ['a usual cycle', learned('warm', 100, 80), learned('full', 60, 50)],
  ['a release was taken back, and the one before it is in force', learned('before', 90, 70), learned('full', 60, 50)],
  ['both learned from another log', learned('old', 900, 900, 'other'), learned('old', 900, 900, 'other')],
])('the slice is measured over as it was planned: %s', (_what, champion, anchor) => {
  expect(measuredSlice(planned, { champion, anchor })).toEqual({ slice: planned.slice, remarks: [] });
});

test('it begins behind what a release has learned that came into force after the plan', () => {
  const champion = learned('promoted', 120, 80);
  expect(measuredSlice(planned, { champion, anchor: champion })).toEqual({
    slice: [part(0, 120, 150), part(1, 80, 130)],
    remarks: ["of the slice's 100 positions 20 were learned by promoted: measured over the others"],
  });
});

test('it begins behind what the anchor has learned, too, where a person put an older release in force', () => {
  const rivals = { champion: learned('older', 110, 10), anchor: learned('full', 105, 125) };
  expect(measuredSlice(planned, rivals)).toEqual({
    slice: [part(0, 110, 150), part(1, 125, 130)],
    remarks: ["of the slice's 100 positions 55 were learned by older and full: measured over the others"],
  });
});

test('where they have learned all of it, each a part, nothing is measured', () => {
  const rivals = { champion: learned('one', 150, 90), anchor: learned('other', 100, 900) };
  expect(measuredSlice(planned, rivals)).toEqual({
    slice: null,
    remarks: [
      "waits: of the slice's 100 positions 100 were learned by one and other; the next cycle is measured over what came since",
    ],
  });
});

test('what is trained again decides nothing: it is measured over the whole slice, and the words say who knew it', () => {
  const like = { release: 'one', hash: 'h', settings: {} };
  const champion = learned('newer', 150, 130);
  expect(measuredSlice({ ...planned, like }, { champion, anchor: champion })).toEqual({
    slice: planned.slice,
    remarks: ["of the slice's 100 positions 100 were learned by newer: compared with what has seen them"],
  });
});
