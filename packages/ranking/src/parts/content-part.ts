import type { CatalogFeatures } from '../catalog-features.ts';
import type { RankingConfiguration } from '../configuration.ts';
import type { ScoringPart } from '../scoring.ts';
import { createAdditivePart } from './additive-part.ts';

/**
 * What resembles what the subject looked at or asked for, by words, category, brand and price: the only part that knows
 * an item nobody has touched. The mean, weighted by attention, over the events of the last hours. Additive in events.
 */
export const createContentPart = (deps: {
  features: CatalogFeatures;
  configuration: RankingConfiguration['content'];
}): ScoringPart => {
  const { features, configuration } = deps;
  return createAdditivePart({
    source: 'content',
    total: (request) => request.attention.total,
    weightOf: (request, event) => request.attention.weights[event] as number,
    read: ({ history, now, attention }, event, row) => {
      const cell = attention.cells[event] as number;
      if (now - (history.times[cell] as number) > configuration.horizonMs) return 0;
      const item = attention.items[event] as number;
      const query = history.queries[cell];
      const { documents, scores } =
        item < 0 && query !== undefined ? features.answering(query) : features.resembling(item);
      row.items = documents;
      row.values = scores;
      row.start = 0;
      row.end = documents.length;
      return attention.weights[event] as number;
    },
  });
};
