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
  const marks = new Map<string, { time: number }>();
  /** The one that was asked for last, because records of one source follow one another. */
  let lastSource: string | undefined;
  let last: { time: number } | undefined;
  const markOf = (source: string): { time: number } | undefined => {
    if (source !== lastSource) {
      lastSource = source;
      last = marks.get(source);
    }
    return last;
  };
  const put = (source: string, time: number): void => {
    marks.set(source, { time });
    lastSource = undefined;
  };

  /** The one furthest behind goes (ties by name): a rule on the values alone, so a restored set drops the same one. */
  const dropFurthestBehind = (): void => {
    const [first] = [...marks].sort(([a, x], [b, y]) => x.time - y.time || (a < b ? -1 : 1));
    if (first !== undefined) marks.delete(first[0]);
  };

  return {
    of: (source) => markOf(source)?.time ?? Number.NEGATIVE_INFINITY,
    advance: (source, eventTime) => {
      const mark = markOf(source);
      if (mark !== undefined) {
        if (eventTime > mark.time) mark.time = eventTime;
        return;
      }
      put(source, eventTime);
      if (marks.size > MAX_SOURCES) dropFurthestBehind();
    },
    restore: (watermarks) => {
      marks.clear();
      lastSource = undefined;
      for (const [source, time] of Object.entries(watermarks)) put(source, time);
    },
    toJSON: () =>
      Object.fromEntries(
        [...marks].map(([source, { time }]) => [source, time] as const).sort(([a], [b]) => (a < b ? -1 : 1)),
      ),
  };
};
