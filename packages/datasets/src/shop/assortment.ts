import type { CatalogItem } from '@nextcart/contracts';
import { parameters } from './parameters.ts';
import { createRandom, hash32, streams, unit } from './random.ts';
import { brands, colours, leafSpecs, needNames, series, variants } from './words.ts';

export const NEEDS = needNames.length;
/** Taste within a category: items and people have a direction in it. */
export const STYLES = 6;
const SERIES_PER_STYLE = series.length / STYLES;
const CENT_UNITS = 100n;
/** Deviation of ln(price) within a category. */
const PRICE_SPREAD = 0.5;

/** The items as they never change; columns by item index. */
export interface Assortment {
  readonly size: number;
  readonly leafOf: Uint8Array;
  readonly brandOf: Uint8Array;
  /** Index into the leaf's nouns. */
  readonly nounOf: Uint8Array;
  /** Usual price in cents of EUR. */
  readonly cents: Float64Array;
  /** ln(price) standardised within its category. */
  readonly priceZ: Float64Array;
  readonly popularity: Float64Array;
  /** [item, STYLES], unit length. */
  readonly styles: Float64Array;
  /** Items of a leaf, ascending. */
  readonly members: readonly Int32Array[];
  /** [item, 4]: what people look at after it; −1 where there is none. */
  readonly successors: Int32Array;
  /** [item, 3]: what completes it once bought; −1 where there is none. */
  readonly complements: Int32Array;
  id(item: number): string;
  /** −1 where the id is not ours. */
  index(itemId: string): number;
  title(item: number): string;
  /** [NEEDS]: how far an item of the leaf serves each need; sums to 1. */
  needsOf(item: number): Float64Array;
  catalogItem(item: number, priceFactor: number, stock: number): CatalogItem;
}

const SUCCESSORS = parameters.successorWeights.length;
const COMPLEMENTS = parameters.complementWeights.length;

export const createAssortment = (seed: number, size: number): Assortment => {
  const leafOf = new Uint8Array(size);
  const brandOf = new Uint8Array(size);
  const nounOf = new Uint8Array(size);
  const seriesOf = new Uint8Array(size);
  const cents = new Float64Array(size);
  const priceZ = new Float64Array(size);
  const popularity = new Float64Array(size);
  const styles = new Float64Array(size * STYLES);
  const lists: number[][] = leafSpecs.map(() => []);

  for (let item = 0; item < size; item += 1) {
    const random = createRandom(seed, streams.assortment, item);
    const leaf = item % leafSpecs.length;
    leafOf[item] = leaf;
    lists[leaf]?.push(item);
    brandOf[item] = random.below(brands.length);
    const spec = leafSpecs[leaf] as (typeof leafSpecs)[number];
    nounOf[item] = random.below(spec.nouns.length);
    // dear brands are dear
    const z = 0.8 * random.normal() + 1.2 * ((brandOf[item] as number) / (brands.length - 1) - 0.5) * 1.7;
    priceZ[item] = z;
    cents[item] = Math.max(
      99,
      Math.round(spec.price * Math.exp(PRICE_SPREAD * z)) * 100 - (random.chance(0.6) ? 1 : 0),
    );
    popularity[item] = Math.exp(parameters.popularitySpread * random.normal());
    let length = 0;
    let strongest = 0;
    for (let s = 0; s < STYLES; s += 1) {
      const value = random.normal();
      styles[item * STYLES + s] = value;
      length += value * value;
      if (value > (styles[item * STYLES + strongest] as number)) strongest = s;
    }
    for (let s = 0; s < STYLES; s += 1)
      styles[item * STYLES + s] = (styles[item * STYLES + s] as number) / Math.sqrt(length);
    // a series has a style: titles tell something of taste
    seriesOf[item] = strongest * SERIES_PER_STYLE + random.below(SERIES_PER_STYLE);
  }
  const members = lists.map((list) => Int32Array.from(list));
  const leafByName = new Map(leafSpecs.map((spec, i) => [spec.path[2], i]));

  const successors = new Int32Array(size * SUCCESSORS).fill(-1);
  const complements = new Int32Array(size * COMPLEMENTS).fill(-1);
  const link = (item: number, into: Int32Array, count: number, from: Int32Array, salt: number) => {
    if (from.length === 0) return;
    for (let i = 0; i < count; i += 1) {
      const other = from[hash32(seed, salt, item, i) % from.length] as number;
      if (other !== item) into[item * count + i] = other;
    }
  };
  for (let item = 0; item < size; item += 1) {
    const leaf = leafOf[item] as number;
    link(item, successors, SUCCESSORS, members[leaf] as Int32Array, 101);
    const partner = leafByName.get(leafSpecs[leaf]?.complement ?? '');
    if (partner !== undefined) link(item, complements, COMPLEMENTS, members[partner] as Int32Array, 102);
  }

  const ids = Array.from({ length: size }, (_, item) => `p${String(item + 1).padStart(5, '0')}`);
  const id = (item: number): string => ids[item] as string;
  const title = (item: number): string => {
    const noun = leafSpecs[leafOf[item] as number]?.nouns[nounOf[item] as number] as string;
    const variant = variants[hash32(seed, 103, item) % variants.length] as string;
    return `${noun} ${series[seriesOf[item] as number]}${variant === '' ? '' : ` ${variant}`}`;
  };
  return {
    size,
    leafOf,
    brandOf,
    nounOf,
    cents,
    priceZ,
    popularity,
    styles,
    members,
    successors,
    complements,
    id,
    index: (itemId) => {
      if (!/^p\d{5,8}$/.test(itemId)) return -1;
      const item = Number(itemId.slice(1)) - 1;
      return item >= 0 && item < size && id(item) === itemId ? item : -1;
    },
    title,
    needsOf: (item) => {
      const weights = new Float64Array(NEEDS);
      const needs = leafSpecs[leafOf[item] as number]?.needs ?? {};
      let sum = 0;
      for (const value of Object.values(needs)) sum += value;
      for (const [need, value] of Object.entries(needs)) weights[Number(need)] = value / sum;
      return weights;
    },
    catalogItem: (item, priceFactor, stock) => {
      const spec = leafSpecs[leafOf[item] as number] as (typeof leafSpecs)[number];
      const brand = brands[brandOf[item] as number] as string;
      const colour = colours[Math.floor(unit(seed, 104, item) * colours.length)] as string;
      return {
        itemId: id(item),
        title: title(item),
        description: `${title(item)} by ${brand}, ${colour}. ${spec.path[2]} for ${needNames[Number(Object.keys(spec.needs)[0])]}.`,
        category: [...spec.path],
        brand,
        price: BigInt(Math.round((cents[item] as number) * priceFactor)) * CENT_UNITS,
        currency: 'EUR',
        stock,
        hidden: false,
        availableFrom: null,
        availableUntil: null,
        repurchaseDays: spec.consumable === true ? 0 : null,
        attributes: { colour },
      };
    },
  };
};
