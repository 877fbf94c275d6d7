/** People with a taste, and an autoencoder that knows of it: each looks at, and searches, things of one department. */
import type { TestEvent } from '@nextcart/clickhouse/testing';
import { eventTypes } from '@nextcart/contracts';
import {
  type Artifact,
  autoencoderDefaults,
  createAutoencoderTraining,
  type SparseRows,
  train,
} from '@nextcart/models';

export const TOPIC_ID = '3f0d5a1c-0a6f-4d0a-9a51-5b8f3f2a7e44';
export const DEPARTMENTS = ['Tea', 'Bikes', 'Shoes'] as const;
const PER_DEPARTMENT = 12;
export const SUBJECTS = 180;
const DEEDS = 10;
const START = Date.UTC(2026, 10, 20);

export const departmentOf = (subject: string): (typeof DEPARTMENTS)[number] =>
  DEPARTMENTS[Number(subject.slice(1)) % DEPARTMENTS.length] as (typeof DEPARTMENTS)[number];

export const itemIds = DEPARTMENTS.flatMap((name) =>
  Array.from({ length: PER_DEPARTMENT }, (_, at) => `${name.toLowerCase()}-${at}`),
);
export const catalogRows = itemIds.map((id, offset) => ({
  ...{ topic_id: TOPIC_ID, partition: 0, offset, outcome: 'accepted', item_id: id, title: `The ${id}` },
  category: ['Everything', DEPARTMENTS[Math.floor(offset / PER_DEPARTMENT)] as string],
}));

const itemOf = (subject: number, deed: number): number => {
  // every second one looks at something else too, so that not all of a department are alike
  const department = (deed === 6 && subject % 2 === 0 ? subject + 1 : subject) % DEPARTMENTS.length;
  return department * PER_DEPARTMENT + ((subject * 7 + deed * 5) % PER_DEPARTMENT);
};

/** Two partitions, `DEEDS` events a subject; every second subject lives in the second. */
export const tastefulEvents = (): TestEvent[] =>
  Array.from({ length: SUBJECTS * DEEDS }, (_, at) => {
    const [subject, deed] = [at % SUBJECTS, Math.floor(at / SUBJECTS)];
    const where = { topicId: TOPIC_ID, partition: subject % 2, offset: deed * (SUBJECTS / 2) + (subject >> 1) };
    const rest = { ...where, time: START + at * 60_000, subject: `u${subject}` };
    if (deed === 3) return { ...rest, type: 'search', query: `Good ${departmentOf(`u${subject}`)}` } as const;
    const item = itemIds[itemOf(subject, deed)] as string;
    if (deed % 4 !== 1) return { ...rest, type: 'view', item } as const;
    return {
      ...rest,
      type: 'purchase',
      item,
      baseAmount: `${5 + (subject % 9)}.0000`,
      amount: '5',
      currency: 'EUR',
    } as const;
  });

export const ranges = [0, 1].map((partition) => ({ partition, from: 0, to: (SUBJECTS / 2) * DEEDS }));

/** A release that learned what the events say. */
export const tastefulRelease = async (): Promise<Artifact> => {
  const bags = bagsOf(tastefulEvents());
  const shape = { columns: itemIds.length, items: itemIds.length, hidden: 24, latent: 6, depth: 1 };
  const options = {
    ...autoencoderDefaults,
    seed: 3,
    threads: 1,
    epochs: 30,
    batch: 60,
    rate: { from: 5e-3, to: 1e-3 },
  };
  const training = createAutoencoderTraining({ inputs: bags, targets: bags }, shape, options);
  await train(training, { epochs: options.epochs, now: () => 0 });
  const { model } = training;
  await training.close();
  const types = eventTypes.filter((type) => ['search', 'view', 'purchase'].includes(type));
  const bag = { weights: types.map((type) => ({ search: 0, view: 1, purchase: 3 })[type as 'view']), halfLifeDays: 30 };
  return {
    ...{ hash: 'hash', items: itemIds, features: [], tables: {}, models: { autoencoder: model } },
    manifest: {
      ...{ release: 'r1', createdAt: '2026-11-24T12:00:00.000Z', seeds: {}, trainedOn: [], metrics: [] },
      ...{ format: 1, engine: '', files: [], programs: [], cpu: {} as Artifact['manifest']['cpu'] },
      settings: { serving: { types, asked: 'view', searchFeatures: 0, bag, weights: { autoencoder: 1 } } },
    },
  };
};

const bagsOf = (events: readonly TestEvent[]): SparseRows => {
  const rows = Map.groupBy(
    events.filter(({ item }) => item),
    ({ subject }) => subject,
  );
  const rowStart = [0];
  const columns: number[] = [];
  for (const own of rows.values()) {
    columns.push(...new Set(own.map(({ item }) => itemIds.indexOf(item as string))));
    rowStart.push(columns.length);
  }
  return {
    rowStart: Int32Array.from(rowStart),
    columns: Int32Array.from(columns),
    weights: new Float32Array(columns.length).fill(1),
  };
};
