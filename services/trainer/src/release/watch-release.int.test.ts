import { readLiveQuality, readModelActivations } from '@nextcart/clickhouse';
import { insertTestEvents, type TestEvent } from '@nextcart/clickhouse/testing';
import { VISIT_ENDED, VISIT_KEY } from '@nextcart/contracts';
import { createLogger, systemClock } from '@nextcart/runtime';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { gateSchema } from './gate-settings.ts';
import { openReleaseShop, type ReleaseShop } from './release.fixture.ts';
import { type ReleaseLog, releaseRecord } from './release-log.ts';
import { createReleaseWatch } from './watch-release.ts';

let shop: ReleaseShop;
beforeAll(async () => {
  shop = await openReleaseShop();
});
afterAll(() => shop.close());

const TOPIC_ID = '0d5a8d0e-6b1f-4c57-9b5e-7d2f6a1c9e07';
const MINUTE = 60_000;
const NOW = Date.now();
/** When the second release took over. */
const SWITCH = NOW - 30 * MINUTE;
const bands = { ...gateSchema.parse({}).watch, minLists: 200 };

let log: ReleaseLog;
/** Bands that releases left, as they were counted. */
const counted: string[] = [];
beforeEach(async () => {
  for (const table of ['lists', 'events', 'model_activations']) await shop.store.command(`TRUNCATE TABLE ${table}`);
  log = await shop.emptyLog();
  counted.length = 0;
});

/**
 * Lists of 300 subjects by a release, some seconds apart, `hits` of ten with what the subject does next. An event triggers
 * each, another answers it.
 */
const lists = async (
  release: string,
  from: number,
  first: number,
  hits: number,
  lastScore = 0.2,
  snapshots = {},
  topicId = TOPIC_ID,
) => {
  const at = (n: number) => from + n * 1000;
  const seconds = (ms: number) => (ms / 1000).toFixed(3);
  const item = (id: string, score: number) => ({ item_id: id, score, source: 'trending' });
  const numbers = Array.from({ length: 300 }, (_, n) => n);
  await shop.store.insertRows(
    'lists',
    numbers.map((n) => ({
      ...{ outcome: 'accepted', subject: `u${n % 100}`, recomm_id: `${release}-${n}`, release, offset: first + n },
      ...{ snapshots, events_partition: 1, trigger_offset: first + 2 * n },
      ...{ appended_at: seconds(at(n) - 10), written_at: seconds(at(n)) },
      items: [item('shown', 0.8 + (n % 5) / 10), item('other', (lastScore * (8 + (n % 5))) / 10 + (n % 7) / 100)],
    })),
    { token: `${release} ${first} ${from}` },
  );
  const event = (offset: number, time: number, subject: string, what: string): TestEvent => ({
    ...{ topicId, partition: 1, offset, time, subject, type: 'click', item: what },
  });
  await insertTestEvents(
    shop.store,
    numbers.flatMap((n) => [
      // the trigger itself is on the list, and is no hit
      event(first + 2 * n, at(n) - 10, `u${n % 100}`, 'shown'),
      event(first + 2 * n + 1, at(n) + 500, `u${n % 100}`, n % 10 < hits ? 'shown' : 'else'),
    ]),
    `events ${release} ${first} ${from}`,
  );
};
const say = (releaseId: string, kind: 'released' | 'promoted' | 'activated', at: number) => {
  const where =
    kind === 'activated' ? { partition: 1, fromOffset: 600 } : { artifactUri: 'file:///r', artifactHash: 'h' };
  return log.publish(releaseRecord({ releaseId, kind, at, ...where }));
};
const watch = () =>
  createReleaseWatch({
    ...{ store: shop.store, releases: log, topicId: async () => TOPIC_ID, clock: systemClock, bands },
    ...{ log: createLogger('test', 'fatal'), onTakenBack: (band) => void counted.push(band) },
  });
const twoReleases = async (hits: number, lastScore?: number) => {
  await lists('one', SWITCH - 20 * MINUTE, 0, 5);
  await lists('two', SWITCH + MINUTE, 600, hits, lastScore);
  await say('one', 'released', SWITCH - 60 * MINUTE);
  await say('two', 'released', SWITCH - 5 * MINUTE);
  await say('two', 'activated', SWITCH);
};
const inForce = async () => (await log.read()).line.inForce()?.releaseId;

test('a hit is the next thing that the subject did, on the list; the error is that of drawing subjects', async () => {
  await lists('one', SWITCH, 0, 5);
  const range = { topicId: TOPIC_ID, from: SWITCH, to: SWITCH + 10 * MINUTE };
  const quality = await readLiveQuality(shop.store, { release: 'one', ...range });
  expect(quality).toMatchObject({ lists: 300, hitRate: 0.5 });
  // each of the 100 subjects has three lists, all hits or none
  expect(quality.error).toBeCloseTo(Math.sqrt(100 * 1.5 ** 2) / 300, 10);
  expect(quality.steepness).toBeGreaterThan(0.7);
  expect(await readLiveQuality(shop.store, { release: 'nobody', ...range })).toMatchObject({ lists: 0, hitRate: 0 });
});

test('lists of a topic that was deleted and made again are told apart: no event of the new one answers them', async () => {
  const former = '0d5a8d0e-6b1f-4c57-9b5e-7d2f6a1c9e08';
  await lists('one', SWITCH, 0, 10, 1, {}, former);
  // the same positions again, some minutes later
  await lists('one', SWITCH + 6 * MINUTE, 0, 5);
  const range = { release: 'one', from: SWITCH, to: SWITCH + 12 * MINUTE };
  const quality = await readLiveQuality(shop.store, { ...range, topicId: TOPIC_ID });
  expect(quality).toMatchObject({ lists: 300, hitRate: 0.5 });
  // those of the former topic fell otherwise
  expect(quality.steepness).toBeGreaterThan(0.7);
});

test('a release whose lists are hit far less than those before is taken back, with the reason, once', async () => {
  await twoReleases(1);
  const reason = await watch().look();
  expect(reason).toMatch(/^taken back by itself: its live hit rate is 10\.0 % over 300 lists, surely below/);
  expect(await inForce()).toBe('one');
  expect((await log.read()).records.at(-1)).toMatchObject({ kind: 'rolled_back', releaseId: 'two', decision: reason });
  expect(await watch().look()).toBeNull();
  expect(counted).toEqual(['hit_rate']);
});

test('one that is as good stays, and where it took force is landed', async () => {
  await twoReleases(5);
  const watching = watch();
  expect(await watching.look()).toBeNull();
  expect(await watching.look()).toBeNull();
  expect(await inForce()).toBe('two');
  expect(await readModelActivations(shop.store, { limit: 9 })).toEqual([
    { release: 'two', partition: 1, fromOffset: 600, at: SWITCH, scorer: '' },
  ]);
});

test('one whose scores are all alike is taken back though its lists are hit', async () => {
  await twoReleases(5, 1);
  expect(await watch().look()).toContain('its scores fall from');
  expect(counted).toEqual(['scores']);
});

test('lists for next visits tell nothing of a release: they are steeper than others, and come later', async () => {
  await twoReleases(5);
  await lists('two', SWITCH + 7 * MINUTE, 1200, 0, 1, { [VISIT_KEY]: VISIT_ENDED });
  expect(await watch().look()).toBeNull();
});

const interleaved = (releaseId: string, against: string, at: number) =>
  log.publish(
    releaseRecord({
      ...{ releaseId, kind: 'interleaved', at, artifactUri: 'file:///r', artifactHash: 'h' },
      interleaving: { against, share: 1 },
    }),
  );

test('lists drafted out of two tell of neither: a release is compared with those of the one before alone', async () => {
  await lists('one', SWITCH - 50 * MINUTE, 0, 5);
  await say('one', 'released', SWITCH - 80 * MINUTE);
  // longer ago than is looked back from the switch
  await interleaved('zero', 'one', SWITCH - 40 * MINUTE);
  await lists('one+zero', SWITCH - 20 * MINUTE, 600, 1);
  await lists('two', SWITCH + MINUTE, 1200, 1);
  await say('two', 'released', SWITCH - 5 * MINUTE);
  await say('two', 'activated', SWITCH);
  const watching = createReleaseWatch({
    ...{ store: shop.store, releases: log, topicId: async () => TOPIC_ID, clock: systemClock },
    ...{ bands: { ...bands, windowMinutes: 30 }, log: createLogger('test', 'fatal'), onTakenBack: () => undefined },
  });
  expect(await watching.look()).toContain('its live hit rate is 10.0 %');
  expect(await inForce()).toBe('one');
});

test('a release is not taken back for what is interleaved with it', async () => {
  await twoReleases(5);
  await interleaved('one', 'two', SWITCH + 6 * MINUTE);
  await lists('two+one', SWITCH + 6 * MINUTE, 1200, 0);
  expect(await watch().look()).toBeNull();
});

test('a release that was interleaved, and serves again, is looked after: that was no promotion', async () => {
  await lists('untrained', SWITCH - 20 * MINUTE, 0, 5);
  await lists('one', SWITCH + MINUTE, 600, 1);
  await say('one', 'released', SWITCH - 5 * MINUTE);
  await say('one', 'activated', SWITCH);
  await say('two', 'promoted', SWITCH + 7 * MINUTE);
  await interleaved('one', 'two', SWITCH + 8 * MINUTE);
  await log.publish(releaseRecord({ releaseId: 'two', kind: 'rolled_back', at: SWITCH + 9 * MINUTE }));
  expect(await inForce()).toBe('one');
  expect(await watch().look()).toContain('its live hit rate is 10.0 %');
});

test('what a person promoted stays', async () => {
  await twoReleases(1);
  await say('two', 'promoted', SWITCH - MINUTE);
  expect(await watch().look()).toBeNull();
  expect(await inForce()).toBe('two');
});

test('the first release is compared with lists that no model made', async () => {
  await lists('untrained', SWITCH - 20 * MINUTE, 0, 5);
  await lists('two', SWITCH + MINUTE, 600, 0);
  await say('two', 'released', SWITCH);
  expect(await watch().look()).toContain('its live hit rate is 0.0 %');
  expect(await inForce()).toBeUndefined();
});
