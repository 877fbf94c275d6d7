import { join } from 'node:path';
import { promote, rollBack } from '@nextcart/cli';
import { type ModelRelease, TEAMS_KEY } from '@nextcart/contracts';
import { repoRoot } from '@nextcart/local';
import { createLogger, systemClock } from '@nextcart/runtime';
import { createReleaseLog, createReleaseWatch, gateSchema } from '@nextcart/trainer';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { runProgram } from '../support/run-program.ts';
import { itemIds, itemOf, NOW, openReplayShop, type ReplayShop } from './replay-shop.ts';

/**
 * Releases at work: two interleaved, of which the command tells whose items shoppers click on; then changed by hand and
 * taken back by themselves, under two scorers that share the partitions.
 */

let shop: ReplayShop;
beforeAll(async () => {
  shop = await openReplayShop(inject('urls'));
  for (const id of itemIds) await shop.sendItem(itemOf(id));
  await shop.snapshots(itemIds, NOW);
});
afterAll(() => shop.close());

const listsOf = async () => {
  const found = [...(await shop.lists(0)), ...(await shop.lists(1))].map(({ list }) => list);
  // the newest of each
  return new Map(found.toSorted((a, b) => a.triggerOffset - b.triggerOffset).map((list) => [list.subject, list]));
};
const attribution = async () => {
  const { stdout, stderr, code } = await runProgram(
    process.execPath,
    [
      ...[join(repoRoot, 'packages/cli/src/main.ts'), 'attribution', '--json'],
      ...['--since', new Date(NOW).toISOString(), '--until', new Date(NOW + 86_400_000).toISOString()],
    ],
    {
      env: {
        KAFKA_BROKERS: inject('urls').kafkaBrokers,
        CLICKHOUSE_URL: shop.url,
        SCHEMA_REGISTRY_URL: inject('urls').schemaRegistryUrl,
      },
    },
  );
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as {
    interleaving: { releases: [string, string]; wins: number; losses: number; ties: number; low: number }[];
    attribution: { by: { release: { key: string; clicks: number }[] } };
  };
};

test('clicks on drafted lists are outcomes of their teams, and of neither release', async () => {
  const [one, second] = [await shop.write('one'), await shop.write('second')];
  const at = ({ uri, hash }: typeof one) => ({ artifactUri: uri, artifactHash: hash });
  await shop.tell({ releaseId: 'one', kind: 'released', ...at(one) });
  const scorer = await shop.startScorer({});
  await scorer.serving('by one');
  const users = Array.from({ length: 16 }, (_, n) => `user ${n}`);
  await shop.send(users.slice(0, 2).map((userId) => ({ userId, itemId: 'i2' })));
  await shop.settle();
  await shop.tell({
    ...{ releaseId: 'second', kind: 'interleaved', ...at(second) },
    interleaving: { against: 'one', share: 1 },
  });
  await scorer.serving('one+second');
  const plain = await listsOf();
  await shop.send(users.map((userId, n) => ({ userId, itemId: itemIds[3 * n] as string })));
  await shop.settle();

  const drafted = await listsOf();
  const click = (userId: string, team: 'a' | 'b', places: number) => {
    const { items, recommId, snapshots } = drafted.get(userId) as NonNullable<ReturnType<typeof drafted.get>>;
    const own = items.filter((_, place) => snapshots[TEAMS_KEY]?.[place] === team).slice(0, places);
    return own.map(({ itemId }) => ({ userId, itemId, recommId, eventType: 'click' as const }));
  };
  const clicks = users.flatMap((userId, n) => {
    if (n < 10) return click(userId, 'b', 1);
    return n < 13
      ? [...click(userId, 'a', 2), ...click(userId, 'b', 1)]
      : [...click(userId, 'a', 1), ...click(userId, 'b', 1)];
  });
  // an earlier list, of one release
  const before = plain.get('user 0') as NonNullable<ReturnType<typeof plain.get>>;
  expect(before.release).toBe('one');
  const shown = { userId: 'user 0', recommId: before.recommId, itemId: before.items[0]?.itemId as string };
  await shop.send([...clicks, { ...shown, eventType: 'click' }]);
  await shop.settle();

  const told = await attribution();
  expect(told.interleaving).toMatchObject([{ releases: ['one', 'second'], wins: 3, losses: 10, ties: 3 }]);
  const clicksBy = Object.fromEntries(told.attribution.by.release.map(({ key, clicks: n }) => [key, n]));
  expect(clicksBy).toEqual({ one: 1, 'one+second': 10 + 3 * 3 + 3 * 2 });

  await scorer.stop();
});

const users = Array.from({ length: 24 }, (_, n) => `shopper ${n}`);
const PARTITIONS = [0, 1];
/** Promised from the word on a release to its activation. */
const IN_FORCE_MS = 5000;
let releases: ReturnType<typeof createReleaseLog>;
let scorers: Awaited<ReturnType<ReplayShop['startScorer']>>[];

/** Of the log of releases: the newest word of a kind, and what scorers told after it. */
const sinceNewest = async (kind: ModelRelease['kind']) => {
  const { records } = await releases.read();
  const at = records.findLastIndex((record) => record.kind === kind);
  const told = records.slice(at + 1).filter((record) => record.kind === 'activated');
  return { word: records[at] as ModelRelease, told: told.toSorted((a, b) => (a.partition ?? 0) - (b.partition ?? 0)) };
};
/** That scorers took over what the newest word of a kind put in force, each partition once and in time; from where on. */
const expectInForce = async (kind: ModelRelease['kind'], releaseId: string): Promise<number[]> => {
  const { word, told } = await sinceNewest(kind);
  expect(told.map((record) => [record.releaseId, record.partition])).toEqual(PARTITIONS.map((p) => [releaseId, p]));
  for (const { at } of told) {
    expect(at - word.at).toBeGreaterThanOrEqual(0);
    expect(at - word.at).toBeLessThan(IN_FORCE_MS);
  }
  return told.map(({ fromOffset }) => fromOffset as number);
};
/** Sends an event of each shopper; their lists by then, by shopper. */
const round = async (itemOf: (user: string, n: number) => string) => {
  await shop.send(users.map((userId, n) => ({ userId, itemId: itemOf(userId, n) })));
  await shop.settle();
  return listsOf();
};
type Lists = Awaited<ReturnType<typeof listsOf>>;
const releasesOf = (lists: Lists) => new Set(users.map((user) => lists.get(user)?.release));

test('what is promoted and rolled back by hand is in force on every scorer within seconds, from the offsets told on', async () => {
  releases = createReleaseLog({ ...shop, topic: shop.names.releases });
  scorers = [await shop.startScorer({}), await shop.startScorer({})];
  await shop.until('a partition for each', async () => scorers.every(({ owns }) => /^owns \d, /.test(owns())));
  const deps = {
    ...{
      kafka: shop.kafka,
      registry: shop.registry,
      artifacts: shop.artifacts,
      topic: shop.names.releases,
      eventsTopic: shop.names.events,
    },
    ...{ clock: systemClock, timeoutMs: 20_000 },
  };
  const by: string[][] = [[], []];
  const note = (lists: Lists) => {
    expect(releasesOf(lists).size).toBe(1);
    for (const user of users) {
      const { partition, triggerOffset, release } = lists.get(user) as NonNullable<ReturnType<Lists['get']>>;
      (by[partition] as string[])[triggerOffset] = release;
    }
  };
  const change = async (first: number, kind: 'promoted' | 'rolled_back', act: () => Promise<{ to: string | null }>) => {
    const { to } = await act();
    const from = await expectInForce(kind, to as string);
    note(await round((_, n) => itemIds[n + first] as string));
    return { to, from };
  };
  const changes = [
    await change(0, 'promoted', () => promote(deps, 'second', 'ann')),
    await change(30, 'rolled_back', () => rollBack(deps, undefined, 'ann')),
  ];
  expect(changes.map(({ to }) => to)).toEqual(['second', 'one']);
  by.forEach((names, partition) => {
    expect(names.filter(Boolean).length).toBeGreaterThan(10);
    const [second, one] = changes.map(({ from }) => from[partition] as number) as [number, number];
    names.forEach((name, offset) => expect(name).toBe(offset >= one ? 'one' : offset >= second ? 'second' : '?'));
  });
});

test('a release whose lists nobody follows is taken back by itself, and no list of a running scorer names it any more', async () => {
  const listed = (lists: Lists) => (user: string) => lists.get(user)?.items[0]?.itemId as string;
  const notListed = (lists: Lists) => (user: string) => {
    const first = new Set(
      lists
        .get(user)
        ?.items.slice(0, 20)
        .map(({ itemId }) => itemId),
    );
    return itemIds.find((id) => !first.has(id)) as string;
  };
  let lists = await round(listed(await listsOf()));
  const bad = await shop.write('bad');
  await shop.tell({ releaseId: 'bad', kind: 'released', artifactUri: bad.uri, artifactHash: bad.hash });
  for (const { serving } of scorers) await serving('by bad');
  await expectInForce('released', 'bad');
  lists = await round(listed(lists));
  lists = await round(notListed(lists));
  expect(releasesOf(lists)).toEqual(new Set(['bad']));

  const bands: string[] = [];
  const watch = createReleaseWatch({
    ...{ store: shop.store, releases, topicId: async () => shop.topicIds.events, clock: systemClock },
    ...{ log: createLogger('test', 'silent'), bands: { ...gateSchema.parse({}).watch, minLists: users.length } },
    onTakenBack: (band) => void bands.push(band),
  });
  expect(await watch.look()).toContain('taken back by itself: its live hit rate is');
  expect(bands).toEqual(['hit_rate']);
  for (const { serving } of scorers) await serving('by one');
  await expectInForce('rolled_back', 'one');
  expect(releasesOf(await round(listed(lists)))).toEqual(new Set(['one']));
  for (const { stop } of scorers) await stop();
});
