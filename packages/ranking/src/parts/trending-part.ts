import type { ItemIndex, SnapshotPayloads } from '@nextcart/contracts';
import { blendTrending } from '@nextcart/models';
import type { CatalogFeatures } from '../catalog-features.ts';
import type { RankingConfiguration } from '../configuration.ts';
import type { ScoringPart, ScoringRequest } from '../scoring.ts';
import { createCare } from './care.ts';
import { createEventCategories } from './event-categories.ts';

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
  let ranks = new Int32Array(64);

  /** By rank, for who cares for nothing of the kind. */
  const careless = scores.map((score) => score / (1 + boost));
  const scoreOf = (rank: number, care: number) =>
    care === 0 ? (careless[rank] as number) : ((scores[rank] as number) * (1 + boost * care)) / (1 + boost);

  // made again when the catalogue's categories have changed: the category by rank (-1: none), and beyond those for
  // everyone the ranks by category
  const categories = new Int32Array(items.length);
  let further = new Map<number, number[]>();
  let version = -1;
  const readCategories = () => {
    if (version === features.categoryVersion) return;
    version = features.categoryVersion;
    further = new Map();
    for (let rank = 0; rank < items.length; rank += 1) {
      const of = features.category(items[rank] as number);
      categories[rank] = of;
      if (rank < first || of === -1) continue;
      const list = further.get(of);
      if (list === undefined) further.set(of, [rank]);
      else if (list.length < perCategory) list.push(rank);
    }
  };

  const caresFor = createEventCategories(features);
  const care = createCare();
  const hear = (request: ScoringRequest) => {
    care.clear();
    for (let event = 0; event < request.attention.length; event += 1)
      care.add(caresFor(request, event), request.attention.weights[event] as number);
  };

  return {
    source: 'trending',
    score: (request, sheet) => {
      readCategories();
      const { attention } = request;
      hear(request);
      if (care.count === 0) sheet.addRow(items, careless, 0, first, 1);
      else
        for (let rank = 0; rank < first; rank += 1)
          sheet.add(items[rank] as number, scoreOf(rank, care.of(categories[rank] as number) / attention.total));
      for (let c = 0; c < care.count; c += 1) {
        const category = care.categories[c] as number;
        const much = care.of(category) / attention.total;
        for (const rank of further.get(category) ?? []) sheet.add(items[rank] as number, scoreOf(rank, much));
      }
    },
    without: (request, candidates, now, events, out) => {
      const { attention } = request;
      readCategories();
      hear(request);
      const width = candidates.length;
      if (ranks.length < width) ranks = new Int32Array(width);
      for (let slot = 0; slot < width; slot += 1)
        ranks[slot] = now[slot] === 0 ? -1 : (rankOf.get(candidates.items[slot] as number) ?? -1);
      for (let k = 0; k < events.length; k += 1) {
        const event = events[k] as number;
        const weight = attention.weights[event] as number;
        const gone = caresFor(request, event);
        const total = attention.total - weight;
        care.takeOut(gone, weight);
        for (let slot = 0; slot < width; slot += 1) {
          const rank = ranks[slot] as number;
          const category = rank === -1 ? -1 : (categories[rank] as number);
          const named = rank !== -1 && (rank < first || care.voices(category) > 0);
          out[k * width + slot] = named ? scoreOf(rank, care.of(category) / total) : 0;
        }
        care.putBack(gone);
      }
    },
  };
};
