/** A small simulated shop in a store of its own, with snapshots from before the slice that models are measured over. */
import { randomUUID } from 'node:crypto';
import {
  cutByTime,
  rankingSnapshotDefaults,
  rankingSnapshotMakers,
  type Store,
  saveSnapshot,
} from '@nextcart/clickhouse';
import { insertTestEvents, type TestEvent } from '@nextcart/clickhouse/testing';
import type { LogSlice } from '@nextcart/contracts';
import { createShop, type Shop } from '@nextcart/datasets';
import { hashToken } from '@nextcart/models';
import { rankedKinds } from '@nextcart/ranking';
import { type NullSize, SLICE_SHARE } from './sizes.ts';

export interface FilledShop {
  readonly topicId: string;
  readonly catalogTopicId: string;
  readonly ranges: readonly LogSlice[];
  readonly slice: readonly LogSlice[];
}

const START = Date.UTC(2026, 2, 1);
const UNITS = 10_000;
const PARTITIONS = 2;
const LEFT_OUT = new Set(['identify', 'history', 'impression']);
const ROWS = 20_000;

export const fillShop = async (store: Store, size: NullSize, seed: number): Promise<FilledShop> => {
  const { users, items, days } = size;
  const shop = createShop({ seed, users, items, days, startAt: START, dirt: false });
  const [topicId, catalogTopicId] = [randomUUID(), randomUUID()];
  await fillCatalogue(store, shop, catalogTopicId);
  const events = eventsOf(shop, topicId);
  for (let from = 0; from < events.length; from += ROWS)
    await insertTestEvents(store, events.slice(from, from + ROWS), `events from ${from}`);

  const whole = Array.from({ length: PARTITIONS }, (_, partition) => ({
    partition,
    from: 0,
    to: events.filter((event) => event.partition === partition).length,
  }));
  const cuts = await cutByTime(store, { topicId, ranges: whole }, SLICE_SHARE);
  const ranges = whole.map((part, at) => ({ ...part, to: cuts[at] as number }));
  const slice = whole.map((part, at) => ({ ...part, from: cuts[at] as number }));
  await takeSnapshots(store, topicId, slice, events);
  return { topicId, catalogTopicId, ranges, slice };
};

/** Of all that was before. */
const takeSnapshots = async (
  store: Store,
  topicId: string,
  slice: readonly LogSlice[],
  events: readonly TestEvent[],
): Promise<void> => {
  const firsts = new Map(slice.map(({ partition, from }) => [partition, from]));
  let asOf = Number.POSITIVE_INFINITY;
  for (const { partition, offset, time } of events)
    if (offset === firsts.get(partition)) asOf = Math.min(asOf, time - 1);
  const positions = Object.fromEntries(slice.map(({ partition, from }) => [`${topicId}:${partition}`, from - 1]));
  for (const kind of rankedKinds) {
    const payload = await rankingSnapshotMakers[kind](store, { at: asOf }, rankingSnapshotDefaults);
    await saveSnapshot(store, { kind, asOf, positions, payload });
  }
};

const money = (units: bigint): string => (Number(units) / UNITS).toFixed(4);

const eventsOf = (shop: Shop, topicId: string): TestEvent[] => {
  const next = new Int32Array(PARTITIONS);
  const rows: TestEvent[] = [];
  for (const { event, key } of shop.records(0)) {
    if (!event || key === null || LEFT_OUT.has(event.eventType)) continue;
    const { eventTime: time, eventType: type, itemId: item, query, sessionId: session, amount } = event;
    const partition = hashToken(key) % PARTITIONS;
    const offset = next[partition] as number;
    next[partition] = offset + 1;
    rows.push({
      ...{ topicId, partition, offset, time, type, subject: key, item, query, session },
      ...(amount !== null && { amount: money(amount), baseAmount: money(amount), currency: 'EUR' }),
    });
  }
  return rows;
};

const fillCatalogue = async (store: Store, shop: Shop, topicId: string): Promise<void> => {
  const rows: object[] = [];
  for await (const { item } of shop.catalog()) {
    if (!item) continue;
    const { itemId, title, category, brand, price, currency, stock, hidden, repurchaseDays } = item;
    rows.push({
      ...{
        topic_id: topicId,
        partition: 0,
        offset: rows.length,
        outcome: 'accepted',
        item_id: itemId,
        title,
        category,
      },
      ...{ brand, price: price === null ? null : money(price), currency, stock, hidden },
      repurchase_days: repurchaseDays,
    });
  }
  await store.insertRows('catalog', rows);
};
