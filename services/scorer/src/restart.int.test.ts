import { createServer, connect as dial, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { createStore } from '@nextcart/clickhouse';
import { recommendationListCodec, WIRE_HEADER_BYTES } from '@nextcart/contracts';
import { createKafka } from '@nextcart/kafka';
import { systemClock } from '@nextcart/runtime';
import { afterEach, expect, inject, test } from 'vitest';
import { openReleaseShop } from './release-shop.fixture.ts';
import { covisitsOf, type EventOver, itemIds, itemOf, log, openShop, type Shop, trendingOf } from './shop.fixture.ts';

let shop: Shop;
afterEach(() => shop.close());

const stocked = async (): Promise<void> => {
  shop = await openShop(inject('urls'));
  await shop.sendItems(itemIds.map((id) => itemOf(id)));
  await shop.snapshot('trending', trendingOf(itemIds));
  await shop.snapshot('covisits', covisitsOf(itemIds));
};

const users = Array.from({ length: 12 }, (_, i) => `user ${i}`);
/** `rounds` events of each user, on items that differ by user and round. */
const visits = (from: number, rounds: number): EventOver[] =>
  Array.from({ length: rounds * users.length }, (_, n) => {
    const user = n % users.length;
    const round = from + Math.floor(n / users.length);
    return {
      userId: users[user] as string,
      itemId: `i${(7 * user + 3 * round) % 60}`,
      eventType: round % 5 === 4 ? ('purchase' as const) : ('view' as const),
    };
  });
const coldLoads = (metricsText: string): number =>
  Number(metricsText.match(/nextcart_scorer_cold_loads_total (\d+)/)?.[1]);
/** When the newest list of each user has this trigger or a later one. */
const answered = (offset: number) =>
  shop.until('everyone has a list', () =>
    users.every((user, at) => (shop.current(user)?.list?.triggerOffset ?? -1) >= offset + at),
  );

test('after a restart a known customer gets the list that an uninterrupted scorer makes', async () => {
  await stocked();
  const other = `${shop.name}.whole`;
  await shop.kafka.admin.ensureTopics([
    {
      name: other,
      schema: 'recommendation-list',
      partitions: 1,
      config: { 'message.timestamp.type': 'LogAppendTime' },
    },
  ]);
  const whole = await shop.start({ options: { groupId: other, listsTopic: other } });
  const first = await shop.start();
  await Promise.all([whole.scorer.started, first.scorer.started]);

  // more than a fold keeps, so that what is rebuilt begins somewhere within a subject's past
  const begun = await shop.send(visits(0, 150));
  await answered(begun + 149 * users.length);
  await shop.until('the commit', async () => (await shop.committed()) === 150 * users.length);
  await first.stop();
  // what the store has ends before what was committed: between them lies what is folded silently
  await shop.land(0, 140 * users.length + 5);
  await shop.send(visits(150, 1)); // while nobody listens
  const second = await shop.start();
  await second.scorer.started;
  const last = await shop.send(visits(151, 3));
  await answered(last + 2 * users.length);

  const lists = new Map<string, unknown>();
  const tail = await shop.kafka.tail({
    topic: other,
    from: 'start',
    onRecords: (_, records) => {
      for (const { key, value } of records)
        if (value !== null) lists.set(String(key), recommendationListCodec().decode(value.subarray(WIRE_HEADER_BYTES)));
      return Promise.resolve();
    },
  });
  await shop.until('the other scorer', () =>
    users.every((user) => {
      const theirs = lists.get(user) as { triggerOffset: number } | undefined;
      return theirs?.triggerOffset === shop.current(user)?.list?.triggerOffset;
    }),
  );
  for (const user of users) {
    const ours = shop.current(user)?.list;
    expect(lists.get(user), user).toMatchObject({ items: ours?.items, recommId: ours?.recommId });
  }
  await tail.close();
  await whole.stop(); // a scorer waits for its topic for ever
  await shop.kafka.admin.deleteTopics([other]);
  expect(coldLoads(await second.metrics.text())).toBe(users.length);
});

test('a list that has not changed is not published again after a restart', async () => {
  await stocked();
  const first = await shop.start();
  await first.scorer.started;
  const offset = await shop.send([{ userId: 'anna', itemId: 'i20' }]);
  await shop.until('the list', () => shop.current('anna'));
  const { eventTime } = (await shop.until('the list', () => shop.current('anna')?.list)) ?? { eventTime: 0 };
  await shop.until('the commit', async () => (await shop.committed()) === offset + 1);
  await first.stop();
  const stamped: number[] = [];
  const second = await shop.start({ onUnchanged: (_, at) => void stamped.push(at) });
  await second.scorer.started;
  const again = await shop.send([{ userId: 'anna', itemId: 'i3', eventType: 'return', eventTime }]);
  await shop.until('the stamp', () => stamped.includes(again));
  expect(shop.read.filter(({ key }) => key === 'anna')).toHaveLength(1);
});

test('lists that show what went out of stock while no scorer ran are made again', async () => {
  await stocked();
  const first = await shop.start();
  await first.scorer.started;
  const offset = await shop.send([{ userId: 'anna', itemId: 'i20' }]);
  const list = await shop.until('the list', () => shop.current('anna')?.list);
  expect(list?.items.map(({ itemId }) => itemId)).toContain('i21');
  await shop.until('the commit', async () => (await shop.committed()) === offset + 1);
  await first.stop();
  await shop.land(0, offset + 1);
  await shop.sendItems([itemOf('i21', { hidden: true })]);
  const second = await shop.start();
  await second.scorer.started;
  const fresh = await shop.until('a list without it', () => {
    const now = shop.current('anna')?.list;
    return now?.items.every(({ itemId }) => itemId !== 'i21') === true && now;
  });
  expect(fresh).toMatchObject({ triggerOffset: offset });
});

/** A way to the real store that can be cut. */
const cuttable = async (url: string) => {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  let cut = false;
  const server = createServer((client) => {
    if (cut) {
      client.destroy();
      return;
    }
    const upstream = dial(Number(target.port), target.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    }
    client.pipe(upstream).pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const through = new URL(url);
  through.port = String((server.address() as { port: number }).port);
  return {
    url: through.href,
    cut: () => {
      cut = true;
      for (const socket of sockets) socket.destroy();
    },
    mend: () => {
      cut = false;
    },
    close: () => server.close(),
  };
};

test('while the store is away a cold customer waits and health says so, and a warm one is served', async () => {
  await stocked();
  const way = await cuttable(shop.url);
  const store = createStore({ url: way.url, log, clock: systemClock });
  const { scorer, health, stop } = await shop.start({ store, options: { maxSubjects: 1000 } });
  await scorer.started;
  const warm = await shop.send([{ userId: 'warm', itemId: 'i20' }]);
  await shop.until('the first list', () => shop.current('warm')?.list);

  way.cut();
  const cold = await shop.send([
    { userId: 'cold', itemId: 'i30' },
    { userId: 'warm', itemId: 'i40' },
  ]);
  await shop.until('the warm one', () => (shop.current('warm')?.list?.triggerOffset ?? -1) > warm);
  await shop.until('health', () => health.report().checks['servers']?.detail.includes('cold subject'));
  expect(health.report().ok).toBe(false);
  expect(shop.current('cold')).toBeUndefined();
  expect((await shop.committed()) ?? 0).toBeLessThanOrEqual(cold);

  way.mend();
  const list = await shop.until('the cold one', () => shop.current('cold')?.list);
  expect(list).toMatchObject({ triggerOffset: cold });
  await shop.until('health', () => health.report().checks['servers']?.ok);
  await stop();
  await store.close();
  way.close();
});

test('subjects that the store has may leave memory and come back the same', async () => {
  await stocked();
  const { scorer, metrics } = await shop.start({ options: { maxSubjects: 4 } });
  await scorer.started;
  for (let round = 0; round < 6; round += 1) {
    const offset = await shop.send(visits(round, 1));
    await answered(offset);
    await shop.land(offset, offset + users.length);
    await shop.until('the commit', async () => (await shop.committed()) === offset + users.length);
    await pause(500); // S follows the store every 200 ms
  }
  expect(coldLoads(await metrics.text())).toBeGreaterThan(users.length);
  const whole = await shop.start({ options: { groupId: `${shop.name}.whole`, listsTopic: `${shop.name}.lists` } });
  await whole.scorer.started;
  // a scorer that folds the whole log anew finds every list as it is
  await shop.until(
    'all suppressed',
    async () =>
      Number((await whole.metrics.text()).match(/suppressed_total\{kind="subject"\} (\d+)/)?.[1]) >= users.length,
  );
  expect((await whole.metrics.text()).match(/published_total\{kind="subject"\} (\d+)/)).toBeNull();
});

test('a scorer whose lists the broker does not take ends all the same', async () => {
  await stocked();
  const nowhere = createKafka({
    connection: { brokers: ['127.0.0.1:1'], clientId: shop.name },
    ...{ log, clock: systemClock },
  });
  const { scorer, metrics } = await shop.start({
    kafka: { ...shop.kafka, createProducer: () => nowhere.createProducer({ closeTimeoutMs: 300 }) },
  });
  await scorer.started;
  await shop.send([{ userId: 'anna', itemId: 'i20' }]);
  await shop.until('a batch', async () => / *batch_subjects_count [1-9]/.test(await metrics.text()), 30_000);
  expect(await Promise.race([scorer.close().then(() => 'ended'), pause(20_000, 'waits')])).toBe('ended');
  await nowhere.close();
});

test('who takes over says that its release scores from its first answer on, not from what it folds silently', async () => {
  const models = await openReleaseShop(inject('urls'));
  shop = models;
  const first = await shop.start();
  await first.scorer.started;
  await models.release('one');
  await models.activated('one');
  const { triggerOffset } = await models.listBy('one', 'anna');
  await shop.until('the commit', async () => (await shop.committed()) === triggerOffset + 1);
  await first.stop();
  models.records.length = 0;
  const second = await shop.start();
  await second.scorer.started;
  expect((await models.activated('one')).fromOffset).toBe(triggerOffset + 1);
});
