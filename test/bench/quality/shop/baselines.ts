/** Rows without training: what is popular, what follows the last item, sessions like this one. */
import {
  cosineWeights,
  createScoreSheet,
  createSessionKnn,
  type SessionKnnOptions,
  type Sessions,
  sessionGraph,
  stanWeights,
  vsknnWeights,
} from '@nextcart/models';
import { gridRecipe, type Setting } from './grid.ts';
import { type Deeds, type Known, type Look, VIEW, VISIT_MS } from './shop-log.ts';
import { plainShopPart, type ShopRecipe } from './shop-part.ts';

const HOUR_MS = 3_600_000;

/** [items]: looks of the last days up to the hour of a time, as a shop's windows have them. */
export type LivePopularity = (deeds: Deeds, items: number, days: number) => (at: number) => Float32Array;

export const livePopularity: LivePopularity = (deeds, items, days) => {
  const kept = new Map<number, Float32Array>();
  return (at) => {
    const hour = Math.floor(at / HOUR_MS);
    const found = kept.get(hour);
    if (found) return found;
    const counts = new Float32Array(items);
    const [from, to] = [hour - days * 24, hour].map((one) => firstFrom(deeds.times, one * HOUR_MS)) as [number, number];
    for (let deed = from; deed < to; deed += 1)
      if (deeds.types[deed] === VIEW) {
        const item = deeds.items[deed] as number;
        counts[item] = (counts[item] as number) + 1;
      }
    kept.set(hour, counts);
    return counts;
  };
};

const popularity = (days: number): Setting => ({
  settings: `${days} days`,
  fit: ({ items, deeds }) => {
    const countsAt = livePopularity(deeds, items.length, days);
    return plainShopPart(items.length, ({ at }, into) => into.set(countsAt(at)));
  },
});

/** First place whose value is at least `value`. */
const firstFrom = (rising: Float64Array, value: number): number => {
  let [low, high] = [0, rising.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rising[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** Items looked at in each visit, visits in the order of their end. */
export const visitsOf = ({ histories, deeds }: Known): Sessions => {
  const visits: { readonly items: number[]; readonly endedAt: number }[] = [];
  for (const history of histories) {
    let items: number[] = [];
    history.forEach((deed, at) => {
      if (deeds.types[deed] === VIEW) items.push(deeds.items[deed] as number);
      const [now, next] = [deeds.times[deed] as number, deeds.times[history[at + 1] ?? -1] ?? Infinity];
      if (next - now <= VISIT_MS) return;
      if (items.length > 0) visits.push({ items, endedAt: now });
      items = [];
    });
  }
  visits.sort((a, b) => a.endedAt - b.endedAt);
  const rowStart = new Int32Array(visits.length + 1);
  visits.forEach(({ items }, row) => void (rowStart[row + 1] = (rowStart[row] as number) + items.length));
  return {
    rowStart,
    columns: Int32Array.from(visits.flatMap(({ items }) => items)),
    endedAt: Float64Array.from(visits, ({ endedAt }) => endedAt),
  };
};

/** The last items that were looked at, oldest first. */
const lastItems = ({ history }: Look, deeds: Deeds, most: number): Int32Array => {
  const found: number[] = [];
  for (let at = history.length - 1; at >= 0 && found.length < most; at -= 1)
    if (deeds.types[history[at] as number] === VIEW) found.unshift(deeds.items[history[at] as number] as number);
  return Int32Array.from(found);
};

const coOccurrence = (reach: number, forward: boolean, damping: number): Setting => ({
  settings: `${forward ? 'forward' : 'both ways'}, reach ${reach}, damping ${damping}`,
  fit: (known) => {
    const graph = sessionGraph(visitsOf(known), known.items.length, { reach, forward, fade: 1 });
    const cosines = cosineWeights(graph, damping);
    return plainShopPart(known.items.length, (look, into) => {
      const last = lastItems(look, known.deeds, 1)[0] ?? -1;
      if (last < 0) return;
      for (let at = graph.rowStart[last] as number; at < (graph.rowStart[last + 1] as number); at += 1)
        into[graph.columns[at] as number] = cosines[at] as number;
    });
  },
});

/** What followed the last item, as shares of it: the chance of a look at the next place. */
const transitions = (doubt: number): Setting => ({
  settings: `shares of what came next, doubt ${doubt}`,
  fit: (known) => {
    const graph = sessionGraph(visitsOf(known), known.items.length, { reach: 1, forward: true, fade: 1 });
    return plainShopPart(known.items.length, (look, into) => {
      const last = lastItems(look, known.deeds, 1)[0] ?? -1;
      if (last < 0) return;
      const [start, end] = [graph.rowStart[last] as number, graph.rowStart[last + 1] as number];
      let sum = doubt;
      for (let at = start; at < end; at += 1) sum += graph.weights[at] as number;
      for (let at = start; at < end; at += 1) into[graph.columns[at] as number] = (graph.weights[at] as number) / sum;
    });
  },
});

const knn = (
  settings: string,
  options: Omit<SessionKnnOptions, 'halfLife'>,
  halfLifeDays: number,
  most: number,
): Setting => ({
  settings: `${settings}, of the last ${most} looks`,
  fit: (known) => {
    const found = createSessionKnn(visitsOf(known), known.items.length, {
      ...options,
      halfLife: halfLifeDays * 24 * HOUR_MS,
    });
    let target = new Float32Array(0);
    const sheet = createScoreSheet((item, value) => void (target[item] = (target[item] as number) + value));
    return plainShopPart(known.items.length, (look, into) => {
      target = into as Float32Array<ArrayBuffer>;
      found.score(lastItems(look, known.deeds, most), sheet);
    });
  },
});

const vsknn = (k: number, sample: number, most: number): Setting =>
  knn(`k ${k}, sample ${sample}`, { k, sample, rarity: 0, weights: vsknnWeights }, Infinity, most);
const stan = (k: number, fade: number, reach: number, halfLifeDays: number, most: number): Setting =>
  knn(
    `k ${k}, lambda ${fade} / ${reach}, half-life ${halfLifeDays} days`,
    { k, sample: 5000, rarity: 0, weights: stanWeights(fade, reach) },
    halfLifeDays,
    most,
  );

export const baselines = (quick: boolean): ShopRecipe[] => {
  const row = (name: string, grid: readonly Setting[]) => gridRecipe(name, 'baseline', quick ? grid.slice(0, 1) : grid);
  return [
    row('popularity', [popularity(7), popularity(2), popularity(28)]),
    row('last-item co-occurrence', [
      transitions(5),
      coOccurrence(1, true, 10),
      coOccurrence(3, false, 10),
      coOccurrence(3, true, 10),
    ]),
    row('V-SKNN', [vsknn(500, 5000, 5), vsknn(500, 20_000, 5), vsknn(500, 5000, 20)]),
    row('STAN', [
      stan(1500, 2, 2, Infinity, 5),
      stan(1500, 1, 1, Infinity, 5),
      stan(500, 2, 2, 7, 5),
      stan(1500, 2, 2, Infinity, 20),
    ]),
  ];
};

/** Knows the true chances: nothing can rank better on average. */
export const oracle = (items: number): ReturnType<typeof plainShopPart> =>
  plainShopPart(items, ({ chances }, into) => into.set(chances));
