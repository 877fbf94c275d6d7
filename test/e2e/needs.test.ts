/** What the simulated shop's people truly want is known: the needs and segments that are written must agree with it. */
import type { Store } from '@nextcart/clickhouse';
import { insertTestEvents, migratedStore, type TestEvent } from '@nextcart/clickhouse/testing';
import type { EventType } from '@nextcart/contracts';
import { createShop, type Shop } from '@nextcart/datasets';
import {
  type Artifact,
  autoencoderDefaults,
  createAutoencoderTraining,
  denseRows,
  probeNeeds,
  type SparseRows,
  train,
} from '@nextcart/models';
import { createLogger, systemClock } from '@nextcart/runtime';
import { writeNeeds } from '@nextcart/trainer';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { createRandom } from '../bench/quality/random.ts';

const TOPIC = '7c1c1c9e-0a6f-4d0a-9a51-5b8f3f2a7e02';
const START = Date.UTC(2026, 9, 1);
const DAYS = 20;
const END = START + DAYS * 86_400_000;
const LATENT = 16;
const types: readonly EventType[] = ['view', 'cart', 'purchase'];
const typeWeights = [1, 2, 3];
/** The truth is of those who did enough to be known. */
const LEAST_EVENTS = 8;

interface SubjectRow {
  readonly subject: string;
  readonly segment: number;
  readonly needs: readonly number[];
  readonly strengths: readonly number[];
}

let store: Store;
let drop: () => Promise<void>;
let shop: Shop;
let rows: readonly SubjectRow[];
beforeAll(async () => {
  ({ store, drop } = await migratedStore(inject('urls').clickhouseUrl, 'true_needs'));
  shop = createShop({ seed: 11, users: 800, items: 240, startAt: START, days: DAYS, dirt: false });
  const events = shopEvents();
  await insertTestEvents(store, events, 'shop');
  const range = { partition: 0, from: 0, to: events.length };
  await writeNeeds(
    { store, log: createLogger('test', 'error'), clock: systemClock },
    { releaseId: 'r1', artifact: await learn(events), topicId: TOPIC, ranges: [range] },
    new AbortController().signal,
  );
  const busy = Map.groupBy(events, ({ subject }) => subject);
  const written = await store.query<SubjectRow>('SELECT * FROM subject_needs FINAL ORDER BY subject');
  rows = written.filter(
    ({ subject }) => (busy.get(subject)?.length ?? 0) >= LEAST_EVENTS && shop.truth.needs(subject, END) !== undefined,
  );
});
afterAll(() => drop());

const shopEvents = (): TestEvent[] => {
  const events: TestEvent[] = [];
  for (const { event, key } of shop.records(0)) {
    if (!event || key === null || !types.includes(event.eventType)) continue;
    const { eventTime: time, eventType: type, itemId: item } = event;
    events.push({ topicId: TOPIC, partition: 0, offset: events.length, time, type, subject: key, item });
  }
  return events;
};

/** A release with an autoencoder that learned from the events. */
const learn = async (events: readonly TestEvent[]): Promise<Artifact> => {
  const items = shop.truth.itemIds();
  const inputs = bagsOf(events, items);
  const shape = { columns: items.length, items: items.length, hidden: 64, latent: LATENT, depth: 1 };
  const options = { ...autoencoderDefaults, seed: 1, threads: 1, epochs: 25, rate: { from: 3e-3, to: 3e-4 } };
  const training = createAutoencoderTraining({ inputs, targets: inputs }, shape, options);
  await train(training, { epochs: options.epochs, now: () => 0 });
  await training.close();
  const bag = { weights: typeWeights, halfLifeDays: 30 };
  const serving = { types, asked: 'view', searchFeatures: 0, bag, weights: { autoencoder: 1 } };
  return {
    ...{ hash: 'hash', items, features: [], tables: {}, models: { autoencoder: training.model } },
    manifest: {
      ...{ release: 'r1', createdAt: new Date(END).toISOString(), seeds: {}, trainedOn: [], metrics: [] },
      ...{ format: 1, engine: '', files: [], programs: [], cpu: {} as Artifact['manifest']['cpu'] },
      settings: { serving },
    },
  };
};

const bagsOf = (events: readonly TestEvent[], items: readonly string[]): SparseRows => {
  const numbers = new Map(items.map((id, item) => [id, item]));
  const rowStart = [0];
  const columns: number[] = [];
  const weights: number[] = [];
  for (const own of Map.groupBy(events, ({ subject }) => subject).values()) {
    const bag = new Map<number, number>();
    for (const { item, type } of own) {
      const number = numbers.get(item as string) as number;
      bag.set(number, (bag.get(number) ?? 0) + (typeWeights[types.indexOf(type)] as number));
    }
    columns.push(...bag.keys());
    weights.push(...bag.values());
    rowStart.push(columns.length);
  }
  return {
    rowStart: Int32Array.from(rowStart),
    columns: Int32Array.from(columns),
    weights: Float32Array.from(weights),
  };
};

const truthOf = ({ subject }: SubjectRow): Float64Array => shop.truth.needs(subject, END) as Float64Array;

/** Share of the spread of the true needs that lies between groups of subjects (eta squared). */
const explainedBy = (groupOf: readonly number[]): number => {
  const truth = rows.map(truthOf);
  const width = truth[0]?.length ?? 0;
  const meanOf = (some: readonly Float64Array[]) =>
    Float64Array.from(
      { length: width },
      (_, j) => some.reduce((sum, row) => sum + (row[j] as number), 0) / some.length,
    );
  const spreadOf = (some: readonly Float64Array[]) => {
    const mean = meanOf(some);
    return some.reduce((sum, row) => sum + row.reduce((s, x, j) => s + (x - (mean[j] as number)) ** 2, 0), 0);
  };
  const groups = [...Map.groupBy(truth.keys(), (at) => groupOf[at]).values()];
  const within = groups.reduce((sum, group) => sum + spreadOf(group.map((at) => truth[at] as Float64Array)), 0);
  return 1 - within / spreadOf(truth);
};

/** The best of twenty ways to hand the same groups out at random. */
const byChance = (groupOf: readonly number[]): number => {
  const random = createRandom(5);
  return Math.max(
    ...Array.from({ length: 20 }, () => {
      const order = groupOf.map((group) => ({ group, at: random() })).sort((a, b) => a.at - b.at);
      return explainedBy(order.map(({ group }) => group));
    }),
  );
};

test("a subject's segment says more of their true needs than chance", () => {
  const groups = rows.map(({ segment }) => segment);
  expect(explainedBy(groups)).toBeGreaterThan(3 * byChance(groups));
});

test("so does a subject's strongest need", () => {
  const groups = rows.map(({ needs }) => needs[0] ?? -1);
  expect(explainedBy(groups)).toBeGreaterThan(2 * byChance(groups));
});

test('true need shares are read off the strengths of the five strongest needs, on subjects that were held out', () => {
  const values = new Float64Array(rows.length * LATENT);
  rows.forEach(({ needs, strengths }, row) =>
    needs.forEach((need, at) => {
      values[row * LATENT + (need >> 1)] = (strengths[at] as number) * (need % 2 === 1 ? -1 : 1);
    }),
  );
  const truth = rows.map(truthOf);
  const width = truth[0]?.length ?? 0;
  const table = { values: Float64Array.from(truth.flatMap((row) => [...row])), width };
  const { r2, correlation } = probeNeeds(denseRows({ values, width: LATENT }), LATENT, table, { seed: 1 });
  expect(r2).toBeGreaterThan(0.1);
  expect(correlation).toBeGreaterThan(0.3);
});
