/**
 * A shop of another make than the simulated one of packages/datasets, so that a figure does not hang on that one's
 * structure: a publisher of series. Moods instead of categories (the category says the format alone), volumes that are
 * read one after the other, new items all the time, nothing looked at again once bought, searches for words of a title.
 * Its numbers were written down once, before a model was run on it.
 */
import { createRandom } from '../random.ts';
import { DAY_MS, HOUR_MS, MOODS, normal, PUBLISHERS, START, STYLES, shelfOf, type Volume } from './other-shelf.ts';
import type { ShopRecord, ShopSource } from './shop-source.ts';
import { createVisitQueue } from './visit-queue.ts';

const chance = {
  /** The next volume of what was looked at last, else a choice by mood. */
  nextVolume: 0.3,
  /** The next volume of what was bought last, at a visit's first look. */
  continueSeries: 0.5,
  keepMood: 0.65,
  search: 0.3,
  typo: 0.1,
  cart: 0.12,
  buyCart: 0.5,
  goOn: 0.75,
} as const;
/** How long the novelty of an item that came out during the run lasts. */
const NOVELTY_DAYS = 5;
const NOVELTY = 3;

interface Reader {
  readonly subject: string;
  readonly needs: Float64Array;
  readonly style: Float64Array;
  readonly publisher: number;
  /** [items]: popularity × taste × house. */
  readonly tastes: Float32Array;
  readonly bought: Set<number>;
  /** Looked at last in this visit, or −1. */
  last: number;
  mood: number;
  /** Bought last, whose next volume is wanted, or −1. */
  series: number;
  isArriving: boolean;
  /** What was typed and not yet followed by a look. */
  word: string | null;
}

export const otherMakeSource = (size: {
  readonly seed: number;
  readonly users: number;
  readonly items: number;
  readonly days: number;
}): ShopSource => {
  const shelf = shelfOf(size);
  const endAt = START + size.days * DAY_MS;
  let readers = new Map<string, Reader>();

  const novelties = new Map<number, Float64Array>();
  /** Of each item in the hour of a time; 0: not out yet. */
  const noveltyAt = (at: number): Float64Array => {
    const hour = Math.floor(at / HOUR_MS);
    const found = novelties.get(hour) ?? Float64Array.from(shelf, (volume) => noveltyOf(volume, hour * HOUR_MS));
    if (!novelties.has(hour)) {
      novelties.clear();
      novelties.set(hour, found);
    }
    return found;
  };
  const weights = new Float64Array(shelf.length);
  const chancesOf = (reader: Reader, at: number): Float64Array => {
    const chances = new Float64Array(shelf.length);
    const fixed = reader.word === null ? volumeFor(reader, shelf, at) : undefined;
    if (fixed) chances[fixed.item] = fixed.chance;
    const rest = 1 - (fixed?.chance ?? 0);
    const kept = reader.mood < 0 ? 0 : reader.word === null ? chance.keepMood : 1;
    const novelty = noveltyAt(at);
    const sums = new Float64Array(MOODS);
    for (let item = 0; item < shelf.length; item += 1) {
      const { mood, side, outAt, words } = shelf[item] as Volume;
      const isThere = outAt <= at && !reader.bought.has(item) && (reader.word === null || words.includes(reader.word));
      const weight = isThere ? (reader.tastes[item] as number) * (novelty[item] as number) : 0;
      weights[item] = weight;
      sums[mood] = (sums[mood] as number) + weight;
      if (side !== mood) sums[side] = (sums[side] as number) + weight / 3;
    }
    const mass = reader.needs.map((share, mood) => {
      const wanted = rest * ((1 - kept) * share + (mood === reader.mood ? kept : 0));
      return (sums[mood] as number) > 0 ? wanted / (sums[mood] as number) : 0;
    });
    for (let item = 0; item < shelf.length; item += 1) {
      const { mood, side } = shelf[item] as Volume;
      const share = (mass[mood] as number) + (side === mood ? 0 : (mass[side] as number) / 3);
      chances[item] = (chances[item] as number) + (weights[item] as number) * share;
    }
    return chances;
  };

  return {
    items: shelf.map(({ item }) => item),
    startAt: START,
    days: size.days,
    *records() {
      readers = new Map();
      const queue = createVisitQueue<ShopRecord>();
      for (let person = 0; person < size.users; person += 1) {
        const random = createRandom(size.seed * 7919 + person * 31 + 5);
        const reader = readerOf(person, shelf, random);
        readers.set(reader.subject, reader);
        queue.add(live(reader, random, { shelf, chancesOf, endAt }));
      }
      shelf.forEach(({ outAt }, item) => {
        if (outAt > START) queue.add(release(item, outAt));
      });
      yield* queue.all();
    },
    lookChances: (subject, at) => chancesOf(readers.get(subject) as Reader, at),
    cartChances: (subject) => shelf.map((volume) => cartChance(readers.get(subject) as Reader, volume)),
    complementsOf: () => [],
    needsOf: (subject) => (readers.get(subject) as Reader).needs,
  };
};

function* release(item: number, outAt: number): Generator<ShopRecord> {
  yield { kind: 'stock', at: START, item, isSoldOut: true };
  yield { kind: 'stock', at: outAt, item, isSoldOut: false };
}

const fitOf = (a: Float64Array, b: Float64Array): number => {
  let dot = 0;
  for (let s = 0; s < STYLES; s += 1) dot += (a[s] as number) * (b[s] as number);
  return dot;
};

const tasteOf = (volume: Volume, style: Float64Array, publisher: number): number =>
  volume.popularity * (volume.publisher === publisher ? 2 : 1) * Math.exp(1.5 * fitOf(volume.style, style));

/** An item that came out during the run is looked at more while it is new. */
const noveltyOf = ({ outAt }: Volume, at: number): number =>
  outAt > START ? 1 + NOVELTY * Math.exp(-(at - outAt) / DAY_MS / NOVELTY_DAYS) : 1;

const cartChance = (reader: Reader, volume: Volume): number =>
  chance.cart * (reader.publisher === volume.publisher ? 1.5 : 1) * (fitOf(volume.style, reader.style) > 0 ? 1.3 : 0.5);

/** The volume that is likely whatever the mood. */
const volumeFor = (reader: Reader, shelf: readonly Volume[], at: number) => {
  const [from, likely] = reader.isArriving ? [reader.series, chance.continueSeries] : [reader.last, chance.nextVolume];
  const item = shelf[from]?.next ?? -1;
  const isThere = item >= 0 && (shelf[item] as Volume).outAt <= at && !reader.bought.has(item);
  return isThere ? { item, chance: likely } : undefined;
};

function* live(
  reader: Reader,
  random: () => number,
  shop: {
    readonly shelf: readonly Volume[];
    readonly chancesOf: (reader: Reader, at: number) => Float64Array;
    readonly endAt: number;
  },
): Generator<ShopRecord> {
  const activity = Math.exp(0.8 * normal(random) - 0.32);
  const exponential = () => -Math.log(1 - random());
  const { shelf, chancesOf, endAt } = shop;
  let at = START + exponential() * ((3 * DAY_MS) / activity);
  const deed = (type: 'view' | 'search' | 'cart' | 'purchase', item: number, query: string | null = null) => ({
    kind: 'deed' as const,
    at: Math.round(at),
    subject: reader.subject,
    type,
    item,
    query,
    amount: type === 'cart' || type === 'purchase' ? (shelf[item]?.item.price ?? 0) : 0,
  });
  while (at < endAt) {
    const cart: number[] = [];
    Object.assign(reader, { last: -1, mood: -1, isArriving: true, word: null });
    do {
      let item = draw(chancesOf(reader, Math.round(at)), random);
      const isFixed = item === volumeFor(reader, shelf, at)?.item;
      if (!isFixed && random() < chance.search) {
        const { mood, words } = shelf[item] as Volume;
        const word = words[Math.floor(random() * words.length)] as string;
        yield deed('search', -1, random() < chance.typo ? withSlip(word, random) : word);
        Object.assign(reader, { mood, word });
        at += 4000 + 12_000 * exponential();
        // what is found is chosen among all that has the word
        item = draw(chancesOf(reader, Math.round(at)), random);
      }
      yield deed('view', item);
      Object.assign(reader, { last: item, mood: (shelf[item] as Volume).mood, isArriving: false, word: null });
      at += 3000 + 15_000 * exponential();
      if (random() < cartChance(reader, shelf[item] as Volume)) {
        yield deed('cart', item);
        cart.push(item);
        at += 3000 + 5000 * exponential();
      }
    } while (random() < chance.goOn);
    if (random() < chance.buyCart)
      for (const item of new Set(cart)) {
        yield deed('purchase', item);
        reader.bought.add(item);
        reader.series = item;
        at += 1000;
      }
    at += 3_600_000 + exponential() * ((3 * DAY_MS) / activity);
  }
}

const draw = (chances: Float64Array, random: () => number): number => {
  const sum = chances.reduce((total, value) => total + value, 0);
  let left = random() * sum;
  const found = chances.findIndex((value) => (left -= value) < 0);
  return found >= 0 ? found : chances.indexOf(Math.max(...chances));
};

/** Two letters swapped. */
const withSlip = (word: string, random: () => number): string => {
  const at = 1 + Math.floor(random() * (word.length - 2));
  return word.slice(0, at) + word[at + 1] + word[at] + word.slice(at + 2);
};

const readerOf = (person: number, shelf: readonly Volume[], random: () => number): Reader => {
  const raw = Float64Array.from({ length: MOODS }, () => (-Math.log(1 - random())) ** 2.5);
  const sum = raw.reduce((total, value) => total + value, 0);
  const style = Float64Array.from({ length: STYLES }, () => normal(random));
  const publisher = Math.floor(random() * PUBLISHERS);
  return {
    subject: `r${person}`,
    needs: raw.map((value) => value / sum),
    style,
    publisher,
    tastes: Float32Array.from(shelf, (volume) => tasteOf(volume, style, publisher)),
    bought: new Set(),
    last: -1,
    mood: -1,
    series: -1,
    isArriving: true,
    word: null,
  };
};
