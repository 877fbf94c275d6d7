import { formatPlan, parsePlan } from '@nextcart/contracts';
import { expect, test } from 'vitest';
import { createBatch } from './batch.ts';
import { createLanded } from './lander.ts';
import { MAX_PLAN_SOURCES, newestTimes } from './newest-times.ts';
import { recordOf } from './test-log.fixture.ts';

const STATE = { watermarks: { live: 100 }, cleaning: 'abc', catalog: '3' };

test('the state before any record of a batch is the state at its start and the kept times since', () => {
  const batch = createBatch();
  batch.begin(STATE);
  const times: [source: string, keptTime: number][] = [
    ['live', 90],
    ['import', 7],
    ['live', 120],
    ['live', Number.NaN],
  ];
  for (const [i, [source, keptTime]] of times.entries()) {
    batch.rows.endRow();
    batch.add(recordOf(i, null), { ...createLanded(), outcome: 'accepted', source, keptTime });
  }
  expect([0, 1, 2, 3, 4].map((i) => batch.stateBefore(i).watermarks)).toEqual([
    { live: 100 },
    { live: 100 },
    { live: 100, import: 7 },
    { live: 120, import: 7 },
    { live: 120, import: 7 },
  ]);
  expect(batch.stateBefore(3)).toMatchObject({ cleaning: 'abc', catalog: '3' });
});

test('a batch that was cleared remembers nothing', () => {
  const batch = createBatch();
  batch.begin(STATE);
  batch.add(recordOf(0, null), { ...createLanded(), reason: 'not_avro' });
  expect([batch.size, batch.quarantined.length, batch.outcomesOf(0, 1)]).toEqual([1, 1, [0, 0, 0, 1]]);
  batch.clear();
  expect([batch.size, batch.quarantined.length, batch.stateBefore(0).watermarks]).toEqual([0, 0, {}]);
});

test('of too many sources those furthest ahead are planned, and a plan of long names fits a broker’s metadata', () => {
  const times = Array.from({ length: 40 }, (_, i) => [`${'s'.repeat(62)}${i + 10}`, i] as const);
  const kept = newestTimes({}, times);
  expect(Object.values(kept).sort((a, b) => a - b)).toEqual(Array.from({ length: MAX_PLAN_SOURCES }, (_, i) => i + 24));
  const text = formatPlan({
    topicId: 'x'.repeat(36),
    last: 2 ** 50,
    watermarks: kept,
    cleaning: 'c'.repeat(32),
    catalog: '1',
  });
  expect(text.length).toBeLessThan(4096);
  expect(parsePlan(text)?.watermarks).toEqual(kept);
});

test('metadata that is no plan of this version is none', () => {
  for (const text of ['', 'null', '{}', '{"v":2,"topic":"t","wm":{}}', '[1]', 'kcat'])
    expect(parsePlan(text)).toBe(null);
  const plan = { topicId: 't', watermarks: {}, cleaning: null, catalog: '' };
  expect(parsePlan(formatPlan(plan))).toEqual(plan);
  expect(parsePlan(formatPlan({ ...plan, last: 5 }))).toEqual({ ...plan, last: 5 });
});
