import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** A process's metrics, named `nextcart_<service>_<what>_<unit>`; help texts speak to the person on call. */
export interface Metrics {
  counter<L extends string>(name: string, help: string, labels?: readonly L[]): Counter<L>;
  gauge<L extends string>(name: string, help: string, labels?: readonly L[]): Gauge<L>;
  /** `buckets` in the unit that the name ends with. */
  histogram<L extends string>(
    name: string,
    help: string,
    buckets: readonly number[],
    labels?: readonly L[],
  ): Histogram<L>;
  /** Prometheus text. */
  text(): Promise<string>;
}

export const createMetrics = (service: string): Metrics => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const options = <L extends string>(name: string, help: string, labels: readonly L[]) => ({
    name: `nextcart_${service}_${name}`,
    help,
    labelNames: [...labels],
    registers: [registry],
  });
  return {
    counter: (name, help, labels = []) => new Counter(options(name, help, labels)),
    gauge: (name, help, labels = []) => new Gauge(options(name, help, labels)),
    histogram: (name, help, buckets, labels = []) =>
      new Histogram({ ...options(name, help, labels), buckets: [...buckets] }),
    text: async () => registry.metrics(),
  };
};
