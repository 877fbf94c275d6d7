/** What a list is besides right. Lists are best first; only their first k count. */
export const beyondDefinitions = {
  coverage: 'share of the catalogue that is among the first k of any subject',
  novelty: 'mean over subjects of the mean self-information −log2(support / all support) of the first k, in bits',
  revenue: 'mean over subjects of the amounts of the targets that are among the first k',
} as const;

export const coverageAt = (lists: readonly Int32Array[], k: number, catalogue: number): number => {
  const shown = new Set<number>();
  for (const list of lists) for (const item of list.subarray(0, k)) shown.add(item);
  return shown.size / catalogue;
};

/** Of one subject, in bits; `support`: [items] in training. An item without support counts as one with half an event. */
export const noveltyAt = (list: Int32Array, k: number, support: ArrayLike<number>, total: number): number => {
  const first = list.subarray(0, k);
  if (first.length === 0) throw new RangeError('an empty list has no novelty');
  let bits = 0;
  for (const item of first) bits -= Math.log2(Math.max(0.5, support[item] as number) / total);
  return bits / first.length;
};

/** Of one subject: `amounts` by target, in one currency. */
export const revenueAt = (list: Int32Array, k: number, amounts: ReadonlyMap<number, number>): number => {
  let sum = 0;
  for (const item of list.subarray(0, k)) sum += amounts.get(item) ?? 0;
  return sum;
};
