/** A shop small enough to reason about: four shelves of ten items, and sessions that stay on one shelf. */
import {
  type CatalogItem,
  createItemIndex,
  type EventType,
  eventTypes,
  type ItemGraph,
  type ItemIndex,
  type SubjectHistory,
} from '@nextcart/contracts';
import { createCatalogFeatures } from './catalog-features.ts';
import { defaultConfiguration, type RankingConfiguration } from './configuration.ts';
import { createParts, type RankingSnapshots } from './parts/create-parts.ts';
import { createRanker, type Ranker } from './ranker.ts';

export const NOW = Date.UTC(2026, 2, 1, 12);
export const MINUTE_MS = 60_000;
export const DAY_MS = 24 * 60 * MINUTE_MS;

const shelves = ['Coffee', 'Tea', 'Lamps', 'Rugs'] as const;
const colours = ['red', 'blue', 'green', 'black', 'white', 'golden', 'silver', 'purple', 'orange', 'yellow'];
export const idOf = (shelf: number, n: number): string => `${(shelves[shelf] as string).toLowerCase()}-${n}`;

export const shopItems: readonly CatalogItem[] = shelves.flatMap((shelf, s) =>
  colours.map((colour, n) => ({
    itemId: idOf(s, n),
    title: `${colour} ${shelf.toLowerCase()}`,
    description: null,
    category: [s < 2 ? 'Kitchen' : 'Living', shelf],
    brand: `brand${n % 3}`,
    price: BigInt(10_000 * (n + 1) + s),
    currency: 'EUR',
    stock: null,
    hidden: false,
    availableFrom: null,
    availableUntil: null,
    repurchaseDays: null,
    attributes: {},
  })),
);
export const shopIds: readonly string[] = shopItems.map((item) => item.itemId);

/** Each item goes with the next two of its shelf. */
const graphOf = (weight: number): ItemGraph => {
  const rowStart = [0];
  const columns: number[] = [];
  const weights: number[] = [];
  shopIds.forEach((_, at) => {
    const [shelf, n] = [Math.floor(at / 10), at % 10];
    for (const step of [1, 9, 2, 8]) {
      columns.push(10 * shelf + ((n + step) % 10));
      weights.push(step === 1 || step === 9 ? weight : weight / 2);
    }
    rowStart.push(columns.length);
  });
  return {
    items: [...shopIds],
    rowStart: Int32Array.from(rowStart),
    columns: Int32Array.from(columns),
    weights: Float32Array.from(weights),
  };
};

const sessionsOf = (): NonNullable<RankingSnapshots['sessions']> => {
  const lists = Array.from({ length: 60 }, (_, s) =>
    [0, 1, 3].map((step) => 10 * (s % 4) + ((Math.floor(s / 4) + step) % 10)),
  );
  return {
    items: [...shopIds],
    rowStart: Int32Array.from({ length: 61 }, (_, s) => 3 * s),
    columns: Int32Array.from(lists.flat()),
    endedAt: Float64Array.from({ length: 60 }, (_, s) => NOW - (60 - s) * 60 * MINUTE_MS),
  };
};

/** Rugs sell best, then lamps: what a stranger sees is neither coffee nor tea. */
const trendingOf = (): NonNullable<RankingSnapshots['trending']> => ({
  items: [...shopIds],
  scores: Float32Array.from({ length: 4 * shopIds.length }, (_, at) => {
    const item = at % shopIds.length;
    return 1 + 10 * Math.floor(item / 10) + (9 - (item % 10)) * 0.5;
  }),
});

export const shopSnapshots = (): RankingSnapshots => ({
  covisits: graphOf(5),
  copurchases: graphOf(2),
  sessions: sessionsOf(),
  trending: trendingOf(),
});

export interface Shop {
  readonly index: ItemIndex;
  readonly items: Map<string, CatalogItem>;
  readonly features: ReturnType<typeof createCatalogFeatures>;
  readonly ranker: Ranker;
  readonly parts: ReturnType<typeof createParts>;
}

/** `order`: in which the process saw the items, which must make no difference. */
export const openShop = (
  options: {
    order?: readonly string[];
    items?: readonly CatalogItem[];
    snapshots?: RankingSnapshots;
    configuration?: Partial<RankingConfiguration>;
  } = {},
): Shop => {
  const configuration = { ...defaultConfiguration, ...options.configuration };
  const index = createItemIndex();
  const items = new Map((options.items ?? shopItems).map((item) => [item.itemId, item]));
  for (const id of options.order ?? items.keys()) index.add(id);
  const features = createCatalogFeatures({ index, catalog: { item: (at) => items.get(index.id(at)) }, configuration });
  for (let at = 0; at < index.size; at += 1) features.refresh(at);
  const parts = createParts({ index, features, snapshots: options.snapshots ?? shopSnapshots(), configuration });
  return { index, items, features, parts, ranker: createRanker({ parts, index, features, configuration }) };
};

/** One thing done: what, to which item or for which query, and how many minutes before NOW. */
export type Deed = readonly [type: EventType, what: string, minutesAgo: number];

export const historyOf = (index: ItemIndex, deeds: readonly Deed[], subject = 'u'): SubjectHistory => ({
  subject,
  count: deeds.length,
  length: deeds.length,
  items: Int32Array.from(deeds, ([type, what]) => (type === 'search' ? -1 : index.add(what))),
  types: Uint8Array.from(deeds, ([type]) => eventTypes.indexOf(type)),
  times: Float64Array.from(deeds, ([, , minutes]) => NOW - minutes * MINUTE_MS),
  offsets: Float64Array.from(deeds.keys()),
  sessions: new Int32Array(deeds.length),
  queries: deeds.map(([type, what]) => (type === 'search' ? what : undefined)),
});
