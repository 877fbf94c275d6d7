import { Counter, collectDefaultMetrics, Gauge, type Metric, Registry } from 'prom-client';
import { createHistogram, type Histogram } from './histogram.ts';

/** A process's metrics, named `nextcart_<service>_<what>_<unit>`; help texts speak to the person on call. */
export interface Metrics {
  counter<L extends string>(name: string, help: string, labels?: readonly L[]): Counter<L>;
  gauge<L extends string>(name: string, help: string, labels?: readonly L[]): Gauge<L>;
  /** `bounds` in the unit that the name ends with. */
  histogram(name: string, help: string, bounds: readonly number[], label?: string): Histogram;
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
    histogram: (name, help, bounds, label) => {
      const histogram = createHistogram({ name: `nextcart_${service}_${name}`, help, bounds, label });
      registry.registerMetric(histogram as unknown as Metric);
      return histogram;
    },
    text: async () => registry.metrics(),
  };
};
