/**
 * The largest event time of kept records by source. Event time of one source says nothing about another's: an import of
 * last year's events must not make the live shop's late, nor the other way round.
 */
export interface Watermarks {
  /** -Infinity where the source has none. */
  of(source: string): number;
  advance(source: string, eventTime: number): void;
  restore(watermarks: Readonly<Record<string, number>>): void;
  /** Small enough for the metadata of a committed offset. */
  toJSON(): Record<string, number>;
}

/** 16 sources of 64 bytes and a time: at most 2.5 KB as JSON of the 4 KB that a broker takes as an offset's metadata. */
export const MAX_SOURCES = 16;

export const createWatermarks = (): Watermarks => {
  const times = new Map<string, number>();

  /** The one furthest behind goes (ties by name): a rule on the values alone, so a restored set drops the same one. */
  const dropFurthestBehind = (): void => {
    const [first] = [...times].sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1));
    if (first !== undefined) times.delete(first[0]);
  };

  return {
    of: (source) => times.get(source) ?? Number.NEGATIVE_INFINITY,
    advance: (source, eventTime) => {
      const time = times.get(source);
      if (time !== undefined && time >= eventTime) return;
      times.set(source, eventTime);
      if (time === undefined && times.size > MAX_SOURCES) dropFurthestBehind();
    },
    restore: (watermarks) => {
      times.clear();
      for (const [source, time] of Object.entries(watermarks)) times.set(source, time);
    },
    toJSON: () => Object.fromEntries([...times].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
};
