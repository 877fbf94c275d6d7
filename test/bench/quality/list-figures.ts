/** What is said of a row's lists beside whether they are right. */
import { beyondDefinitions, coldAndWarm, coverageAt, noveltyAt } from '@nextcart/models';

export const beyondFigureDefinitions = (k: number): Readonly<Record<string, string>> => ({
  [`coverage@${k}`]: `${beyondDefinitions.coverage}; ${SHOWN}`,
  [`novelty@${k}`]: `${beyondDefinitions.novelty}; support: entries of the training data; ${SHOWN}, and nothing shown is 0 bits`,
});

const SHOWN = 'what a row scores no higher than its lowest is not shown';

/** The columns by name; `lists`: what was shown to each subject; `support`: [items] in training. */
export const beyondFigures = (
  lists: readonly Int32Array[],
  k: number,
  support: Float64Array,
): Readonly<Record<string, Float64Array>> => {
  const total = support.reduce((sum, count) => sum + count, 0);
  return {
    [`coverage@${k}`]: Float64Array.of(coverageAt(lists, k, support.length)),
    [`novelty@${k}`]: Float64Array.from(lists, (list) => (list.length === 0 ? 0 : noveltyAt(list, k, support, total))),
  };
};

/** Without the items that only fill a list up: those that the row has nothing to say about, all alike the lowest. */
export const shownOf = (ranked: Int32Array, scores: Float32Array): Int32Array => {
  const last = scores[ranked.at(-1) ?? -1] ?? Number.NEGATIVE_INFINITY;
  if (scores.some((score) => score < last)) return ranked.slice();
  return ranked.filter((item) => (scores[item] as number) > last);
};

/** [items]: entries of rows or sessions that are of the item. */
export const supportOf = (items: number, columns: readonly Int32Array[]): Float64Array => {
  const support = new Float64Array(items);
  for (const some of columns) for (const item of some) support[item] = (support[item] as number) + 1;
  return support;
};

export const coldDefinitions = (metric: string, known: string): Readonly<Record<string, string>> => ({
  [`${metric} cold`]: `the same over the quarter of the subjects of whom least is known: up to the lower quartile of ${known}`,
  [`${metric} warm`]: 'the same over the others',
});

/** The largest measure of a cold subject: the lower quartile. */
export const coldUpTo = (known: ArrayLike<number>): number =>
  Float64Array.from(known).sort()[Math.floor((known.length - 1) / 4)] ?? 0;

/** Columns of the cold and the warm, by the definitions' names; a slice without subjects has none. */
export const coldFigures = (
  metric: string,
  values: Float64Array,
  known: ArrayLike<number>,
): Readonly<Record<string, Float64Array>> => {
  const slices = Object.entries(coldAndWarm(values, known, coldUpTo(known) + 1));
  return Object.fromEntries(
    slices.filter(([, some]) => some.length > 0).map(([slice, some]) => [`${metric} ${slice}`, some]),
  );
};
