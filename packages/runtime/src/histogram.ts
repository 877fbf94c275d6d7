/** Something that values are counted by. Throws a RangeError for a value that is no finite number. */
export interface Observer {
  observe(value: number): void;
}

/** A histogram as Prometheus has it: how many values lie at or below each bound, how many there are, and their sum. */
export interface Histogram extends Observer {
  /** The same for one value of its label, kept apart from the others. */
  of(labelValue: string): Observer;
}

/** What a registry of prom-client asks of a metric. */
interface Sample {
  readonly metricName: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}
export interface HistogramMetric extends Histogram {
  readonly name: string;
  get(): Promise<{ name: string; help: string; type: 'histogram'; aggregator: 'sum'; values: Sample[] }>;
}

interface Tally extends Observer {
  samples(): Sample[];
}

/**
 * In place of prom-client's own, which hashes labels and turns a bound into text at each value: a twentieth of a scorer's
 * CPU, at five values a list. `bounds` rise.
 */
export const createHistogram = (about: {
  readonly name: string;
  readonly help: string;
  readonly bounds: readonly number[];
  readonly label?: string | undefined;
}): HistogramMetric => {
  const { name, help, bounds, label } = about;

  const createTally = (labels: Sample['labels']): Tally => {
    /** By bucket, the last is of what lies above all bounds. */
    const counts = new Float64Array(bounds.length + 1);
    let sum = 0;
    return {
      observe: (value) => {
        if (!Number.isFinite(value)) throw new RangeError(`${name}: ${value} is no finite number`);
        let bucket = 0;
        while (bucket < bounds.length && value > (bounds[bucket] as number)) bucket += 1;
        counts[bucket] = (counts[bucket] as number) + 1;
        sum += value;
      },
      samples: () => {
        let count = 0;
        const buckets = [...bounds, '+Inf'].map((le, bucket) => {
          count += counts[bucket] as number;
          return { metricName: `${name}_bucket`, labels: { le, ...labels }, value: count };
        });
        return [
          ...buckets,
          { metricName: `${name}_sum`, labels, value: sum },
          { metricName: `${name}_count`, labels, value: count },
        ];
      },
    };
  };

  const tallies = new Map<string, Tally>();
  const of = (labelValue: string): Tally => {
    let tally = tallies.get(labelValue);
    if (tally === undefined) {
      tally = createTally(label === undefined ? {} : { [label]: labelValue });
      tallies.set(labelValue, tally);
    }
    return tally;
  };
  // without a label there is one from the beginning, so that nothing observed reads as zero and not as absent
  const only = label === undefined ? of('') : undefined;
  return {
    name,
    of,
    observe: (value) => {
      if (only === undefined) throw new RangeError(`${name} is told by ${label}: observe with of('...')`);
      only.observe(value);
    },
    get: async () => ({
      ...{ name, help, type: 'histogram', aggregator: 'sum' },
      values: [...tallies.values()].flatMap((tally) => tally.samples()),
    }),
  };
};
