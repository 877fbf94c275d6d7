/**
 * Sees a stall by what is in the store, not by liveness (promise 13): a partition whose log has records that are not
 * in, and whose position has not moved for `afterMs`. An end of the log that can't be learnt counts as lag.
 */
export interface StallWatch {
  /** What is known of a partition now; `end` null where it is unknown. `now` is monotonic ms. */
  see(partition: number, inserted: number, end: number | null, now: number): void;
  /** Only these are watched from now on. */
  keep(partitions: readonly number[]): void;
  /** Milliseconds without an advance by stalled partition. */
  stalled(now: number): ReadonlyMap<number, number>;
}

export const createStallWatch = (afterMs: number): StallWatch => {
  const seen = new Map<number, { inserted: number; since: number }>();
  return {
    see: (partition, inserted, end, now) => {
      const known = seen.get(partition);
      const moved = known === undefined || inserted !== known.inserted;
      if (moved || (end !== null && inserted >= end)) seen.set(partition, { inserted, since: now });
    },
    keep: (partitions) => {
      for (const partition of seen.keys()) if (!partitions.includes(partition)) seen.delete(partition);
    },
    stalled: (now) =>
      new Map([...seen].map(([p, { since }]) => [p, now - since] as const).filter(([, quietMs]) => quietMs >= afterMs)),
  };
};
