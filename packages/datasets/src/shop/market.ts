import type { CatalogItem } from '@nextcart/contracts';
import type { Assortment } from './assortment.ts';
import { DAY_MS, parameters } from './parameters.ts';
import { createRandom, hash32, streams, unit } from './random.ts';
import { leafSpecs } from './words.ts';

const LEAVES = leafSpecs.length;
const CLASSES = parameters.priceClasses;
const FULL_STOCK = 200;

/**
 * What changes for everybody: prices, stock, trends, seasons. It moves in ticks; between two ticks it stands still, so
 * the tables of a category are made at most once a tick, at their first use.
 */
export interface Market {
  /** Goes on to the tick that holds a time; the changed items, in order. The time never falls. */
  moveTo(time: number): CatalogItem[];
  nextTick(): number;
  inStock(item: number): boolean;
  /** Price of one piece in cents of EUR. */
  cents(item: number): number;
  catalogItem(item: number): CatalogItem;
  /** [LEAVES]: pull of a category at this season; 0 where nothing of it is in stock. */
  readonly season: Float64Array;
  /** Weight of an item for a price class, trend and stock included; the tables below are its running sums. */
  weight(item: number, priceClass: number): number;
  /** Running sums over the leaf's members for a class; the last is the total. */
  table(leaf: number, priceClass: number): Float64Array;
}

/** 1, or more while an item is in fashion: a jump, then a decay. */
const trendAt = (seed: number, item: number, time: number): number => {
  const periodMs = parameters.trendPeriodDays * DAY_MS;
  let factor = 1;
  for (const period of [Math.floor(time / periodMs), Math.floor(time / periodMs) - 1]) {
    if (unit(seed, streams.market, item, period) >= parameters.trendShare) continue;
    const start = (period + unit(seed, streams.market, item, period + 500_000)) * periodMs;
    if (time >= start) factor += parameters.trendHeight * 2 ** ((start - time) / parameters.trendHalfLifeMs);
  }
  return factor;
};

const seasonAt = (leaf: number, time: number): number => {
  const { peakDay = 0, amplitude = 0 } = leafSpecs[leaf] as (typeof leafSpecs)[number];
  return Math.exp(amplitude * Math.cos((2 * Math.PI * (time / DAY_MS - peakDay)) / 365.25));
};

export const createMarket = (seed: number, assortment: Assortment, startAt: number): Market => {
  const { size, leafOf, members, popularity, priceZ } = assortment;
  const { tickMs } = parameters;
  const factors = new Float64Array(size).fill(1);
  const stock = new Int32Array(size);
  const seasons = new Float64Array(LEAVES);
  const tables = members.map((list) => Array.from({ length: CLASSES }, () => new Float64Array(list.length)));
  const madeAt = new Int32Array(LEAVES).fill(-1);
  const positions = new Int32Array(size); // of an item within its leaf
  for (const list of members) list.forEach((item, position) => void (positions[item] = position));
  let tick = 0;
  let now = startAt;

  for (let item = 0; item < size; item += 1)
    stock[item] = unit(seed, streams.market, item, -1) < parameters.outOfStock ? 0 : FULL_STOCK;

  const season = () => {
    for (let leaf = 0; leaf < LEAVES; leaf += 1)
      seasons[leaf] = members[leaf]?.some((item) => stock[item] !== 0) ? seasonAt(leaf, now) : 0;
  };
  season();

  const makeTables = (leaf: number) => {
    const list = members[leaf] as Int32Array;
    const sums = new Float64Array(CLASSES);
    const own = tables[leaf] as Float64Array[];
    for (let position = 0; position < list.length; position += 1) {
      const item = list[position] as number;
      // an item that is sold out is nobody's choice
      const base = stock[item] === 0 ? 0 : (popularity[item] as number) * trendAt(seed, item, now);
      const z = (priceZ[item] as number) + 2 * Math.log(factors[item] as number);
      for (let c = 0; c < CLASSES; c += 1) {
        const slope = parameters.priceSlope * (1 - (2 * c) / (CLASSES - 1));
        sums[c] = (sums[c] as number) + base * Math.exp(-slope * z);
        (own[c] as Float64Array)[position] = sums[c] as number;
      }
    }
    madeAt[leaf] = tick;
  };
  const table = (leaf: number, priceClass: number): Float64Array => {
    if (madeAt[leaf] !== tick) makeTables(leaf);
    return tables[leaf]?.[priceClass] as Float64Array;
  };
  const catalogItem = (item: number) => assortment.catalogItem(item, factors[item] as number, stock[item] as number);

  const change = (): Set<number> => {
    const random = createRandom(seed, streams.market, tick, -2);
    const changed = new Set<number>();
    const share = tickMs / DAY_MS;
    const some = (rate: number) => Math.floor(size * rate * share + random.next());
    for (let n = some(parameters.changesPerItemDay); n > 0; n -= 1) {
      const item = random.below(size);
      const factor = (factors[item] as number) * Math.exp(parameters.priceStep * (random.chance(0.5) ? 1 : -1));
      factors[item] = Math.min(1.4, Math.max(0.7, factor));
      changed.add(item);
    }
    const soldOutRate = (parameters.outOfStock / (1 - parameters.outOfStock)) * parameters.restockPerDay;
    for (let n = some(soldOutRate); n > 0; n -= 1) {
      const item = random.below(size);
      if (stock[item] === 0) continue;
      stock[item] = 0;
      changed.add(item);
    }
    for (let item = 0; item < size; item += 1) {
      if (stock[item] !== 0 || changed.has(item)) continue;
      if (hash32(seed, streams.market, item, tick) / 4_294_967_296 >= parameters.restockPerDay * share) continue;
      stock[item] = FULL_STOCK;
      changed.add(item);
    }
    return changed;
  };

  return {
    moveTo: (time) => {
      const changed = new Set<number>();
      while (now + tickMs <= time) {
        now += tickMs;
        tick += 1;
        for (const item of change()) changed.add(item);
        season();
      }
      return [...changed].map(catalogItem);
    },
    nextTick: () => now + tickMs,
    inStock: (item) => stock[item] !== 0,
    cents: (item) => Math.round((assortment.cents[item] as number) * (factors[item] as number)),
    catalogItem,
    season: seasons,
    weight: (item, priceClass) => {
      const sums = table(leafOf[item] as number, priceClass);
      const position = positions[item] as number;
      return (sums[position] as number) - (position === 0 ? 0 : (sums[position - 1] as number));
    },
    table,
  };
};
