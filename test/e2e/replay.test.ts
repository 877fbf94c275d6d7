import { truncate } from 'node:fs/promises';
import { join } from 'node:path';
import type { WhatIfReport } from '@nextcart/cli';
import { type BehaviourEvent, EXPLORED_KEY, isForNextVisit, TEAMS_KEY } from '@nextcart/contracts';
import { repoRoot } from '@nextcart/local';
import { CHANGES_KIND, defaultConfiguration } from '@nextcart/ranking';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { runProgram } from '../support/run-program.ts';
import { itemIds, itemOf, NOW, openReplayShop, type ReplayShop } from './replay-shop.ts';

/** Lists of untrained parts, two releases, both interleaved, and a rollback, of a scorer that forgets subjects and one that took over. */

let shop: ReplayShop;
let evicted = 0;
const users = Array.from({ length: 20 }, (_, at) => `user ${at}`);
const types = ['view', 'click', 'cart', 'view', 'search', 'purchase', 'impression', 'view', 'dismiss'] as const;

/** `rounds` events of each user; some searches, some deeds of visitors. */
const visits = (from: number, rounds: number): Partial<BehaviourEvent>[] =>
  Array.from({ length: rounds * users.length }, (_, n) => {
    const user = n % users.length;
    const round = from + Math.floor(n / users.length);
    const eventType = types[(round + user) % types.length] as (typeof types)[number];
    const query = eventType === 'search' ? `item shelf ${(user + round) % 10}` : null;
    const bought = eventType === 'purchase' ? { quantity: 1, amount: 99_900n, currency: 'EUR' } : {};
    const itemId = query === null ? (itemIds[(7 * user + 11 * round) % itemIds.length] as string) : null;
    return { userId: users[user] as string, eventType, query, itemId, ...bought };
  });

/** Subjects with a list for their next visit. */
const forNextVisit = async () =>
  [...(await shop.lists(0)), ...(await shop.lists(1))].filter(({ list }) => isForNextVisit(list.snapshots));

beforeAll(async () => {
  shop = await openReplayShop(inject('urls'));
  for (const id of itemIds) await shop.sendItem(itemOf(id));
  await shop.snapshots(itemIds, NOW);
  // so few in memory that nearly everyone who comes back is cold
  const first = await shop.startScorer({
    ...{ batchSize: 8, maxSubjects: 6, holdOut: { share: 0.3, salt: 'a' }, visitGapMs: 1500 },
  });
  const inRounds = async (from: number, rounds: number) => {
    for (let round = from; round < from + rounds; round += 1) {
      await shop.send(visits(round, 1));
      await shop.settle(); // what the store does not have yet can't leave memory
    }
  };
  await inRounds(0, 4);
  await shop.send([
    { visitorId: 'visitor', itemId: 'i7' },
    { visitorId: 'visitor', itemId: 'i8', eventType: 'cart' },
    { visitorId: 'visitor', userId: 'user 3', eventType: 'identify' },
  ]);
  await shop.settle();
  const one = await shop.write('one');
  await shop.tell({ releaseId: 'one', kind: 'released', artifactUri: one.uri, artifactHash: one.hash });
  await first.serving('one');
  await inRounds(4, 2);
  await shop.sendItem(itemOf('i3', { hidden: true }));
  await shop.sendItem(itemOf('i4', { price: 1_000n, title: 'Quite another thing' }));
  await shop.removeItem('i5');
  await shop.snapshots(itemIds.toReversed(), NOW + 1000);
  await shop.until('lists for next visits', async () => (await forNextVisit()).length > 10);
  await inRounds(6, 3);
  const second = await shop.write('second');
  await shop.tell({
    ...{ releaseId: 'second', kind: 'released', artifactUri: second.uri, artifactHash: second.hash },
    trainingRange: { 0: '0-40' },
  });
  await first.serving('second');
  await shop.sendItem(itemOf('i5', { stock: 0 }));
  await inRounds(9, 3);
  await shop.tell({
    ...{ releaseId: 'one', kind: 'interleaved', artifactUri: one.uri, artifactHash: one.hash },
    interleaving: { against: 'second', share: 0.5 },
  });
  await first.serving('second+one');
  await inRounds(12, 1);
  await shop.snapshots(itemIds, NOW + 2000);
  await inRounds(13, 2);
  evicted = await first.stop();
  const other = await shop.startScorer({
    batchSize: 3,
    configuration: {
      ...defaultConfiguration,
      ...{ exploration: { slots: 2, every: 5 }, revenueShare: 0.2, nextPurchases: 3 },
    },
  });
  await inRounds(15, 1);
  await shop.send(visits(16, 1));
  await shop.tell({ releaseId: 'second', kind: 'rolled_back' });
  await other.serving('by one');
  await shop.send(visits(17, 2));
  await shop.settle();
  await other.stop();
  await shop.settle();
});
afterAll(() => shop.close());

test.each([
  [5, 2],
  [1, 1],
  [64, 1],
  [7, 2],
])('every published list is the same again, in batches of %i on %i threads', async (batch, threads) => {
  const replay = await shop.replay({ batch, threads });
  const different: unknown[] = [];
  const report = await replay.verify({ range: {}, onDifference: (found) => different.push(found) > 0 });
  await replay.close();
  expect(different).toEqual([]);
  const published = [...(await shop.lists(0)), ...(await shop.lists(1))];
  expect(report).toEqual({ checked: published.length, byRow: 0, different: 0, skipped: {}, stopped: false });
  expect(published.length).toBeGreaterThan(200);
  expect(new Set(published.map(({ list }) => list.release))).toEqual(
    new Set(['untrained', 'one', 'second', 'second+one']),
  );
  const drafted = published.filter(({ list }) => list.release === 'second+one');
  expect(drafted.length).toBeGreaterThan(30);
  for (const { list } of drafted) expect(list.snapshots[TEAMS_KEY]).toMatch(/^[ab=]{10,}$/);
  // by a scorer that explores and orders by prices, too
  expect(drafted.some(({ list }) => CHANGES_KIND in list.snapshots)).toBe(true);
  expect(drafted.some(({ list }) => EXPLORED_KEY in list.snapshots)).toBe(true);
  const released = Math.min(...published.map(({ list }) => (list.release === 'one' ? list.publishedAt : Infinity)));
  const heldOut = published.filter(
    ({ list }) => list.publishedAt > released && list.triggerOffset >= 0 && list.release === 'untrained',
  );
  expect(heldOut.length).toBeGreaterThan(0);
  // without models, by default, and as many as were asked for
  expect(new Set(published.map(({ list }) => list.nextPurchases.length))).toEqual(new Set([0, 5, 3]));
  expect((await forNextVisit()).length).toBeGreaterThan(10);
  expect(published.some(({ list }) => list.subject === '*')).toBe(true);
  expect(published.some(({ list }) => list.subject.startsWith('item:'))).toBe(true);
  expect(evicted).toBeGreaterThan(50);
});

test('one weight of a release that is another is seen at the first list that it made', async () => {
  const twisted = await shop.write('one', { folder: 'twisted', twist: true });
  const honest = await shop.write('second', { folder: 'honest' });
  const replay = await shop.replay({
    ...{ batch: 16, threads: 1, artifactOf: (release) => (release === 'one' ? twisted : honest) },
  });
  const found: { release: string; field: string }[] = [];
  const report = await replay.verify({ range: {}, onDifference: (difference) => found.push(difference) < 1 });
  await replay.close();
  expect(report).toMatchObject({ different: 1, stopped: true });
  expect(found[0]?.release).toBe('one');
});

let second: WhatIfReport;
test('what a release would have shown is what it did show, and another one is compared with it', async () => {
  const replay = await shop.replay({ batch: 16, threads: 1 });
  const own = await replay.whatIf({ range: {}, release: 'one' });
  second = await replay.whatIf({ range: {}, release: 'second' });
  const bare = await replay.whatIf({ range: {}, release: 'untrained' });
  await replay.close();
  const rowOf = ({ rows }: typeof own, release: string) => rows.find((row) => row.release === release);
  expect(rowOf(own, 'one')?.lists).toBeGreaterThan(30);
  expect(rowOf(own, 'one')?.gain).toMatchObject({ hit: { low: 0, high: 0 }, ndcg: { low: 0, high: 0 } });
  expect(rowOf(bare, 'untrained')?.gain).toMatchObject({ hit: { mean: 0 }, ndcg: { mean: 0 } });
  expect(rowOf(bare, 'one')?.gain.ndcg.mean).not.toBe(0);
  expect(own.withoutDeed).toBeGreaterThan(0);
  expect([own.inTraining, bare.inTraining]).toEqual([0, 0]);
  const early = (await shop.lists(0)).filter(({ list }) => list.triggerOffset >= 0 && list.triggerOffset <= 40);
  expect(second.inTraining).toBeGreaterThan(0);
  expect(second.inTraining).toBeLessThanOrEqual(early.length);
});

const command = (...args: string[]) =>
  runProgram(
    process.execPath,
    [join(repoRoot, 'packages/cli/src/main.ts'), 'replay', '--topic-prefix', shop.prefix, ...args],
    {
      env: {
        KAFKA_BROKERS: inject('urls').kafkaBrokers,
        CLICKHOUSE_URL: shop.url,
        SCHEMA_REGISTRY_URL: inject('urls').schemaRegistryUrl,
      },
    },
  );

test('the command tells how far it is, and the figures of what another release had shown', async () => {
  const { code, stdout, stderr } = await command('--from', '2000-01-01', '--release', 'second');
  expect(code, stderr).toBe(0);
  const lists = [...(await shop.lists(0)), ...(await shop.lists(1))].length.toLocaleString('en');
  const told = stderr.split('\n').filter((line) => line.startsWith('replay: '));
  expect(told.length).toBeGreaterThan(1);
  expect(told.at(-1)).toMatch(new RegExp(`^replay: ${lists} of ${lists} \\(100\\.0 %\\), \\S+/s$`));

  const cells = stdout.split('\n').map((line) => line.trim().split(/ {2,}/));
  for (const { release, lists: made, subjects, published, recomputed, gain } of second.rows) {
    const own = cells.filter(([name]) => name === (release || 'all'));
    expect(own.map((row) => row.slice(1, 4))).toEqual(
      ['as published', 'by second', 'gain'].map((what) => [String(made), String(subjects), what]),
    );
    expect(own.map((row) => Number.parseFloat(row[5] ?? ''))).toEqual(
      [published, recomputed, gain].map(({ ndcg }) => Number(ndcg.mean.toFixed(4))),
    );
  }
  expect(stdout).toContain(`${second.withoutDeed} lists without a click, cart or purchase after them are left out`);
  expect(stdout).toContain(`${second.inTraining} lists lie in what second was trained on`);
});

test.each([
  [['--verify'], 'nothing was compared'],
  [['--release', 'second'], 'no list was published in this range'],
])('%j over a range without a list is no success, and names the lists that there are', async (options, words) => {
  for (const range of [
    ['--from', '0:1000000'],
    ['--from', '2000-01-01', '--to', '2000-01-02'],
  ]) {
    const { code, stdout, stderr } = await command(...options, ...range);
    expect(code).toBe(1);
    expect(stdout).not.toContain('different');
    expect(stderr).toContain(`nextcart: ${words}: choose others by --from and --to`);
    for (const partition of [0, 1]) {
      const lists = await shop.lists(partition);
      const [first, last] = [lists.at(0)?.offset, lists.at(-1)?.offset as number];
      expect(stderr).toContain(
        `  --from ${partition}:${first} --to ${partition}:${last + 1}: ${lists.length} lists, from 2`,
      );
    }
  }
});

test('a published list that nobody made is told with its first wrong field, and the exit code is 1', async () => {
  const well = await command('--verify', '--from', '0:0', '--batch', '7');
  expect(well.stdout).toContain('none is different');
  expect(well.code).toBe(0);
  const { list, offset } = (await shop.lists(0)).findLast((each) => each.list.triggerOffset > 0) as {
    list: Parameters<ReplayShop['sendList']>[0];
    offset: number;
  };
  const [first, ...rest] = list.items;
  await shop.sendList({
    ...list,
    items: [{ ...(first as (typeof rest)[number]), title: 'Cheaper elsewhere' }, ...rest],
  });
  await shop.settle();
  const told = await command('--verify', '--from', `0:${offset}`);
  expect(told.code, told.stderr).toBe(1);
  expect(told.stdout).toContain(`another list for '${list.subject}'`);
  expect(told.stdout).toContain('first difference: items[0].title');
  expect(told.stdout).toContain('"Cheaper elsewhere"');
});

test('a place that another is said to have drafted is seen, and so is a draft in another order', async () => {
  const { list } = (await shop.lists(0)).findLast((each) => each.list.release === 'second+one') as {
    list: Parameters<ReplayShop['sendList']>[0];
  };
  const teams = list.snapshots[TEAMS_KEY] as string;
  const turned = teams.replaceAll(/[ab]/g, (team) => (team === 'a' ? 'b' : 'a'));
  const last = (await shop.lists(0)).at(-1)?.offset as number;
  await shop.sendList({ ...list, snapshots: { ...list.snapshots, [TEAMS_KEY]: turned } });
  await shop.sendList({ ...list, items: list.items.toReversed() });
  await shop.settle();
  const replay = await shop.replay({ batch: 16, threads: 1 });
  const found: { field: string; published: unknown; recomputed: unknown }[] = [];
  const range = { partition: 0, first: last + 1 };
  const report = await replay.verify({ range, onDifference: (difference) => found.push(difference) > 0 });
  await replay.close();
  expect(report).toMatchObject({ checked: 2, different: 2, skipped: {} });
  expect(found[0]).toMatchObject({ field: `snapshots.${TEAMS_KEY}`, published: turned, recomputed: teams });
  expect(found[1]?.field).toMatch(/^items\[0\]/);
});

test('lists whose snapshots or release are gone are skipped with the reason; an artifact that was altered is an error', async () => {
  const { list, offset } = (await shop.lists(1)).findLast((each) => each.list.triggerOffset > 0) as {
    list: { snapshots: Record<string, string> };
    offset: number;
  };
  await shop.store.command('DELETE FROM snapshots WHERE hash = {hash:String}', {
    hash: list.snapshots['trending'] ?? '',
  });
  const replay = await shop.replay({ batch: 16, threads: 1 });
  const report = await replay.verify({ range: { partition: 1 }, onDifference: () => true });
  expect(report.skipped['a snapshot of trending is no longer kept']).toBeGreaterThan(20);
  expect(report.different).toBe(0);
  await replay.close();
  const alone = await command('--verify', '--from', `1:${offset}`, '--to', `1:${offset + 1}`);
  expect(alone.code).toBe(1);
  expect(alone.stdout).toContain('1 lists skipped: a snapshot of trending is no longer kept');
  expect(alone.stderr).toContain('nextcart: nothing was compared: choose others by --from');

  await truncate(join(shop.folder, 'second', 'recurrent', 'weights.bin'), 100);
  const again = await command('--verify', '--from', '1:0');
  expect(again.code).toBe(1);
  expect(again.stderr).toMatch(/recurrent\/weights\.bin: it is cut/);
});
