import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createArtifacts } from '@nextcart/artifacts';
import type { ReleaseArtifact, TrainingMode } from '@nextcart/contracts';
import { readCpu, writeArtifact } from '@nextcart/models';
import { untrainedRecurrent } from '@nextcart/models/testing';
import { createLogger } from '@nextcart/runtime';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { TrainingSettings } from './data-set/settings.ts';
import { rangesOf } from './log-ranges.ts';
import { planCycle } from './plan-cycle.ts';
import { servingSettings } from './serving-settings.ts';
import { jobOf, openShop, type Shop, settings, TOPIC_ID } from './trainer.fixture.ts';

/** Positions of each of the two partitions, and those that the champion has learned. */
const THERE = 720;
const LEARNED = [600, THERE];

let shop: Shop;
let champion: ReleaseArtifact;
beforeAll(async () => {
  shop = await openShop();
  champion = await released('champion', 'warm', LEARNED);
});
afterAll(() => shop.close());
// nobody makes what was planned: it is not waited for
afterEach(async () => {
  const note = { jobId: 'none', topicId: '', positions: 0, shopTime: null };
  for (const mode of ['warm', 'full'] as const) await shop.queue.notes.write(mode, note);
});

/** Of a cycle of a mode, that has learned partitions up to some positions. `folder`: under the trainer's data. */
const released = async (
  release: string,
  mode: TrainingMode,
  learned: readonly number[],
  folder = 'releases',
): Promise<ReleaseArtifact> => {
  const facts = { createdAt: '2026-11-24T00:00:00Z', seeds: {}, metrics: [], cpu: await readCpu() };
  const path = join(shop.dataDir, folder, release);
  const { hash } = await writeArtifact(path, {
    ...{ release, ...facts, settings: { serving: servingSettings(settings), cycle: { mode } } },
    trainedOn: rangesOf(
      TOPIC_ID,
      learned.map((to, partition) => ({ partition, from: 0, to })),
    ),
    ...{
      items: ['i0', 'i1'],
      features: [],
      models: { recurrent: untrainedRecurrent({ items: 2, types: 3 }) },
      tables: {},
    },
  });
  return { releaseId: release, uri: pathToFileURL(path).href, hash };
};

/** What comes of a plan where those were in force, the last of them now. */
const plan = (mode: TrainingMode, line: readonly ReleaseArtifact[], change: Partial<TrainingSettings> = {}) => {
  const deps = {
    artifacts: createArtifacts({ fetchedDir: join(shop.dataDir, 'fetched') }),
    ...{ store: shop.store, dataDir: shop.dataDir, queue: shop.queue, log: createLogger('test', 'fatal') },
    ...{ settings: { ...settings, ...change }, memoryBytes: 2 ** 30, firstEvents: 1 },
    ...{ topicId: async () => TOPIC_ID, shopTime: async () => null },
    line: async () => line,
  };
  return planCycle(deps, 'plan', { mode, seed: 1, budget: { epochs: 1, seconds: 60 } });
};

/** The cycle that is planned with the last of those in force; nobody makes it. */
const planned = async (mode: TrainingMode, change: Partial<TrainingSettings> = {}, line = [champion]) => {
  const { jobId, why } = await plan(mode, line, change);
  expect(why).toBeNull();
  const { data } = await jobOf<'release'>(shop.queue, jobId as string);
  return { data, note: await shop.queue.notes.last(data.parent === null ? 'full' : 'warm') };
};

test.each([
  ['full', 'warm'],
  ['warm', 'full'],
] as const)(
  'while a %s cycle has not ended, no %s one is planned: it would be measured over what that one learns',
  async (first, second) => {
    const { note } = await planned(first);
    const { jobId, why } = await plan(second, [champion]);
    expect(jobId).toBeNull();
    expect(why).toContain(`${note?.jobId}, the ${first} cycle before, has not ended`);
  },
);

test('no slice has what the release in force has learned, also where settings let models see something else', async () => {
  const { data } = await planned('warm', { searchFeatures: 32 });
  expect(data.parent).toBe(null);
  // a fifth of the log would begin before
  expect(data.ranges).toEqual(LEARNED.map((to, partition) => ({ partition, from: 0, to })));
  expect(data.slice).toEqual(LEARNED.map((from, partition) => ({ partition, from, to: THERE })));
});

test('how far a cycle reaches is told of all partitions, also of those in which nothing is new', async () => {
  const { data, note } = await planned('warm');
  expect(data.slice.map(({ partition }) => partition)).toEqual([0]);
  expect(note?.positions).toBe(2 * THERE);
});

describe('where a person put an older release in force than the last full one, which stays the anchor', () => {
  let older: ReleaseArtifact;
  let anchor: ReleaseArtifact;
  const line = () => [anchor, older];
  beforeAll(async () => {
    older = await released('older', 'warm', [100, 100]);
    anchor = await released('anchor', 'full', [650, 560]);
  });

  test.each(['warm', 'full'] as const)('no slice of a %s cycle has what the anchor has learned', async (mode) => {
    const { data } = await planned(mode, {}, line());
    expect(data.parent?.release).toBe(mode === 'warm' ? 'older' : undefined);
    const from = mode === 'warm' ? 100 : 0;
    expect(data.ranges.map((range) => range.from)).toEqual([from, from]);
    for (const [at, to] of [650, 560].entries()) {
      expect(data.slice[at]?.from).toBeGreaterThanOrEqual(to);
      expect(data.ranges[at]?.to).toBe(data.slice[at]?.from);
    }
    // three tenths of the newest, or a fifth, would begin before
    expect(data.slice[0]?.from).toBe(650);
  });

  test('a cycle waits until there is enough that neither has learned, and says whom it waits for', async () => {
    const cycle = { ...settings.cycle, minEvents: 231 };
    expect(await plan('warm', line(), { cycle })).toEqual({
      jobId: null,
      why: '230 positions are new, 231 are wanted: the anchor has learned more than the release in force',
    });
    expect(await plan('warm', [champion], { cycle })).toEqual({
      jobId: null,
      why: '120 positions are new, 231 are wanted',
    });
  });

  test('an anchor that is gone holds no slice back: nobody is compared with it', async () => {
    const gone = { ...anchor, releaseId: 'gone', uri: `${anchor.uri}-gone` };
    const { data } = await planned('warm', {}, [gone, older]);
    expect(data.slice[0]?.from).toBeLessThan(650);
  });
});

test('no slice has what a release has learned that lies elsewhere: it is compared with all the same', async () => {
  const elsewhere = await released('elsewhere', 'full', [700, 700], 'copied');
  const { data } = await planned('warm', {}, [elsewhere]);
  expect(data.parent).toBe(null);
  expect(data.slice.map(({ from }) => from)).toEqual([700, 700]);
});
