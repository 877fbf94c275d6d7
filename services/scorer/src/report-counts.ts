import { insertListCounts, type ListCounts, type Store } from '@nextcart/clickhouse';
import type { Clock } from '@nextcart/runtime';
import type { ScorerMetrics } from './scorer-metrics.ts';

/**
 * What was published and what was suppressed since the last report, into the store for dashboards. A report that fails
 * is part of the next: counts are of the counters' own growth.
 */
export const createReportCounts = (deps: {
  store: Store;
  clock: Clock;
  metrics: Pick<ScorerMetrics, 'published' | 'suppressed'>;
}) => {
  const { store, clock, metrics } = deps;
  let told: ReadonlyMap<string, ListCounts> = new Map();

  const totals = async (): Promise<Map<string, ListCounts>> => {
    const [published, suppressed] = await Promise.all([metrics.published.get(), metrics.suppressed.get()]);
    const of = (values: typeof published.values, kind: string) =>
      values.find(({ labels }) => labels.kind === kind)?.value ?? 0;
    const kinds = new Set([...published.values, ...suppressed.values].map(({ labels }) => String(labels.kind)));
    return new Map(
      [...kinds].map((kind) => [
        kind,
        { kind, published: of(published.values, kind), unchanged: of(suppressed.values, kind) },
      ]),
    );
  };

  return async (): Promise<void> => {
    const now = await totals();
    const grown = [...now.values()]
      .map(({ kind, published, unchanged }) => ({
        kind,
        published: published - (told.get(kind)?.published ?? 0),
        unchanged: unchanged - (told.get(kind)?.unchanged ?? 0),
      }))
      .filter(({ published, unchanged }) => published + unchanged > 0);
    if (grown.length > 0) await insertListCounts(store, clock.now(), grown);
    told = now;
  };
};
