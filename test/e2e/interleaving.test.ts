import { join } from 'node:path';
import { TEAMS_KEY } from '@nextcart/contracts';
import { repoRoot } from '@nextcart/local';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { runProgram } from '../support/run-program.ts';
import { itemIds, itemOf, NOW, openReplayShop, type ReplayShop } from './replay-shop.ts';

/** Two releases interleaved: shoppers click on what was drafted, and the command tells whose items. */

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
