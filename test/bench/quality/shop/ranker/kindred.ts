/** Items that are looked at in the same visits, in groups: what the categories of a shop may not tell. */
import { cosineWeights, pcaFactors, segmentUsers, sessionGraph } from '@nextcart/models';
import { visitsOf } from '../baselines.ts';
import type { Known } from '../shop-log.ts';

/** Looks of a visit that are so many places apart count for each other. */
const REACH = 3;
const DIRECTIONS = 16;
export const GROUPS = 12;
/** The same for what is chosen and for what is measured: groups have no names, only members. */
const SEED = 1;

/** [items], the group of each. */
export const kindredOf = async (known: Known): Promise<Int32Array> => {
  const count = known.items.length;
  const graph = sessionGraph(visitsOf(known), count, { reach: REACH, forward: false, fade: 1 });
  const cosines = { ...graph, weights: Float32Array.from(cosineWeights(graph, 1)) };
  const { values, width } = await pcaFactors(cosines, count, { rank: DIRECTIONS, seed: SEED, threads: 1 });
  // by direction: how much an item is looked at says nothing of its kind
  for (let item = 0; item < count; item += 1) {
    const row = values.subarray(item * width, (item + 1) * width);
    const length = Math.hypot(...row);
    if (length > 0) row.forEach((value, at) => void (row[at] = value / length));
  }
  return (await segmentUsers({ values, width }, { count: GROUPS, seed: SEED })).segmentOf;
};

/** ln of the chance within the item's group, from ln of the chance among all: [items] both. */
export const amongKindred = (logs: Float32Array, groupOf: Int32Array, into: Float32Array): void => {
  const sums = new Float64Array(GROUPS);
  const add = (group: number, chance: number) => void (sums[group] = (sums[group] as number) + chance);
  logs.forEach((log, item) => add(groupOf[item] as number, Math.exp(log)));
  logs.forEach((log, item) => void (into[item] = log - Math.log(sums[groupOf[item] as number] as number)));
};
