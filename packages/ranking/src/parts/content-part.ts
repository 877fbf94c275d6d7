import type { CatalogFeatures } from '../catalog-features.ts';
import type { RankingConfiguration } from '../configuration.ts';
import { type ScoringPart, type ScoringRequest, withoutByDifference } from '../scoring.ts';

const DECILES = 9;

/**
 * What resembles what the subject looked at or asked for, by words, category, brand and price: the only part that knows
 * an item nobody has touched. The mean, weighted by attention, over the events of the last hours. Additive in events.
 */
export const createContentPart = (deps: {
  features: CatalogFeatures;
  configuration: RankingConfiguration['content'];
}): ScoringPart => {
  const { features, configuration } = deps;
  const { horizonMs, priceShare } = configuration;

  const contribute = (request: ScoringRequest, event: number, scale: number, take: (i: number, v: number) => void) => {
    const { history, now, attention } = request;
    const cell = attention.cells[event] as number;
    if (now - (history.times[cell] as number) > horizonMs) return;
    const weight = (attention.weights[event] as number) / scale;
    const item = attention.items[event] as number;
    const query = history.queries[cell];
    const asked = item < 0 && query !== undefined;
    const { documents, scores } = asked ? features.answering(query) : features.resembling(item);
    const decile = asked ? -1 : features.priceDecile(item);
    if (decile === -1) {
      for (let i = 0; i < documents.length; i += 1) take(documents[i] as number, weight * (scores[i] as number));
      return;
    }
    const { priceDeciles } = features;
    for (let i = 0; i < documents.length; i += 1) {
      const other = documents[i] as number;
      const theirs = other < priceDeciles.length ? (priceDeciles[other] as number) : -1;
      // without a price on both sides nothing is known of the distance: neither near nor far
      const near = theirs === -1 ? 0.5 : 1 - Math.abs(decile - theirs) / DECILES;
      take(other, weight * (scores[i] as number) * (1 - priceShare + priceShare * near));
    }
  };

  return {
    source: 'content',
    dense: false,
    score: (requests, sheets) => {
      requests.forEach((request, b) => {
        const sheet = sheets[b];
        if (sheet === undefined) return;
        for (let event = 0; event < request.attention.length; event += 1)
          contribute(request, event, request.attention.total, sheet.add);
      });
    },
    without: (request, candidates, scores, events, out) => {
      const { attention } = request;
      withoutByDifference(
        scores,
        candidates,
        events,
        attention.total,
        (event) => attention.weights[event] as number,
        (event, take) => contribute(request, event, 1, take),
        out,
      );
    },
  };
};
