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
  /** By rank, for who cares for nothing of the kind. */
  const careless = scores.map((score) => score / (1 + boost));
  const scoreOf = (rank: number, care: number) =>
    care === 0 ? (careless[rank] as number) : ((scores[rank] as number) * (1 + boost * care)) / (1 + boost);

  return {
    source: 'trending',
    dense: false,
    score: (requests, sheets) => {
      const { category: categories } = features.columns;
      requests.forEach((request, b) => {
        const sheet = sheets[b];
        if (sheet === undefined) return;
        const care = cares(request, -1);
        for (let rank = 0; rank < first; rank += 1) {
          const item = items[rank] as number;
          const category = item < categories.length ? (categories[item] as number) : -1;
          sheet.add(item, category === -1 ? (careless[rank] as number) : scoreOf(rank, care.get(category) ?? 0));
        }
        for (const [category, much] of care)
          for (const rank of furtherOf(category)) sheet.add(items[rank] as number, scoreOf(rank, much));
      });
    },
    without: (request, candidates, now, events, out) => {
      const width = candidates.length;
      // -1 where it was not named
      const ranks = Int32Array.from({ length: width }, (_, slot) =>
        now[slot] === 0 ? -1 : (rankOf.get(candidates.items[slot] as number) ?? -1),
      );
      const categories = ranks.map((rank) => (rank === -1 ? -1 : features.category(items[rank] as number)));
      events.forEach((event, k) => {
        const care = cares(request, event);
        for (let slot = 0; slot < width; slot += 1) {
          const rank = ranks[slot] as number;
          const much = rank === -1 ? undefined : care.get(categories[slot] as number);
          const named = rank !== -1 && (rank < first || much !== undefined);
          out[k * width + slot] = named ? scoreOf(rank, much ?? 0) : 0;
        }
      });
    },
  };
};
