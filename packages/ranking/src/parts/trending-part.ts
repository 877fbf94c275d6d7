import type { ItemIndex, SnapshotPayloads } from '@nextcart/contracts';
import { blendTrending } from '@nextcart/models';
import type { CatalogFeatures } from '../catalog-features.ts';
import type { RankingConfiguration } from '../configuration.ts';
import type { ScoringPart, ScoringRequest } from '../scoring.ts';

/**
 * What many want now, and more so in the categories that the subject cares for; all that a stranger gets.
 * T(i) = blend(i) · (1 + boost · care(category of i)) / (1 + boost), care = share of the attention, in 0..1.
 * Invariant: whether an item is named depends on the snapshot and on the events, not on their weights, so what the
 * score had been without an event is exact.
 */
export const createTrendingPart = (deps: {
  trending: SnapshotPayloads['trending'];
  index: ItemIndex;
  features: CatalogFeatures;
  configuration: RankingConfiguration['trending'];
}): ScoringPart => {
  const { trending, index, features, configuration } = deps;
  const { boost, everyone, perCategory } = configuration;
  const blend = blendTrending(trending.scores, trending.items.length, configuration.halfLifeWeights);
  const order = [...trending.items.keys()].sort(
    (a, b) =>
      (blend[b] as number) - (blend[a] as number) ||
      ((trending.items[a] as string) < (trending.items[b] as string) ? -1 : 1),
  );
  const items = Int32Array.from(order, (at) => index.add(trending.items[at] as string));
  const scores = Float64Array.from(order, (at) => blend[at] as number);
  const rankOf = new Map<number, number>();
  items.forEach((item, rank) => void rankOf.set(item, rank));
  const first = Math.min(everyone, items.length);

  // beyond those for everyone, by category; made again when the catalogue's categories have changed
  let further = new Map<number, number[]>();
  let furtherVersion = -1;
  const furtherOf = (category: number): readonly number[] => {
    if (furtherVersion !== features.categoryVersion) {
      furtherVersion = features.categoryVersion;
      further = new Map();
      for (let rank = first; rank < items.length; rank += 1) {
        const of = features.category(items[rank] as number);
        const list = further.get(of);
        if (of === -1) continue;
        if (list === undefined) further.set(of, [rank]);
        else if (list.length < perCategory) list.push(rank);
      }
    }
    return further.get(category) ?? [];
  };

  /** What an event says of categories: [category, share] with shares summing to at most 1. */
  const caresFor = ({ history, attention }: ScoringRequest, event: number) => {
    const item = attention.items[event] as number;
    if (item < 0) return features.categoriesOf(history.queries[attention.cells[event] as number] ?? '');
    const category = features.category(item);
    return category === -1 ? [] : [{ category, share: 1 }];
  };
  const cares = (request: ScoringRequest, skipped: number) => {
    const { attention } = request;
    const care = new Map<number, number>();
    const total = attention.total - (skipped === -1 ? 0 : (attention.weights[skipped] as number));
    for (let event = 0; event < attention.length; event += 1) {
      if (event === skipped) continue;
      for (const { category, share } of caresFor(request, event))
        care.set(category, (care.get(category) ?? 0) + (share * (attention.weights[event] as number)) / total);
    }
    return care;
  };
  const scoreOf = (rank: number, care: ReadonlyMap<number, number>) =>
    ((scores[rank] as number) * (1 + boost * (care.get(features.category(items[rank] as number)) ?? 0))) / (1 + boost);

  return {
    source: 'trending',
    dense: false,
    score: (requests, sheets) => {
      requests.forEach((request, b) => {
        const sheet = sheets[b];
        if (sheet === undefined) return;
        const care = cares(request, -1);
        for (let rank = 0; rank < first; rank += 1) sheet.add(items[rank] as number, scoreOf(rank, care));
        for (const category of care.keys())
          for (const rank of furtherOf(category)) sheet.add(items[rank] as number, scoreOf(rank, care));
      });
    },
    without: (request, candidates, now, events, out) => {
      events.forEach((event, k) => {
        const care = cares(request, event);
        for (let slot = 0; slot < candidates.length; slot += 1) {
          const item = candidates.items[slot] as number;
          const rank = (now[slot] as number) === 0 ? undefined : rankOf.get(item);
          const named = rank !== undefined && (rank < first || care.has(features.category(item)));
          out[k * candidates.length + slot] = named ? scoreOf(rank, care) : 0;
        }
      });
    },
  };
};
