/**
 * From a subject's history to its list: score by parts → fuse → filter → choose → diversify → explain.
 * Invariants: a list depends on the request, the parts, the catalogue and the configuration, and on nothing else: not on
 * the other requests of the batch, nor on how items are numbered. Every sum runs over parts, events and rows in their
 * own order; scores are rounded to 6 decimals before anything is compared; ties go by item id.
 */
import { type ItemIndex, type RecommendedItem, type SubjectHistory, similarItemsKey } from '@nextcart/contracts';
import { createBest } from '@nextcart/models';
import { type AttentionBuffer, createAttentionBuffer, createAttentionReader } from './attention.ts';
import { createCandidateSheet, createShortlister } from './candidate-sheet.ts';
import type { CatalogFeatures } from './catalog-features.ts';
import { defaultConfiguration, type RankingConfiguration } from './configuration.ts';
import { createDenseSheet, type DenseSheet } from './dense-sheet.ts';
import { createDiversity } from './diversity.ts';
import { createFilter, type FilterCounts, filterNames, noneFiltered } from './filters.ts';
import { emptyHistory, viewerOf, withoutCell } from './histories.ts';
import { createExplainer } from './reasons.ts';
import type { Candidates, ScoreSheet, ScoringPart, ScoringRequest } from './scoring.ts';

export interface RankRequest {
  readonly history: SubjectHistory;
  /** Epoch ms. Take it from the log (the trigger's event time), so that a replay gets the same list. */
  readonly now: number;
}

export interface RankedList {
  /** In the order to show; scores need not fall, because the order is by relevance and diversity. */
  readonly items: RecommendedItem[];
  /** Candidates of this list that each filter took. */
  readonly filtered: FilterCounts;
}

export interface Ranker {
  /** One list a request, in the same order. */
  rank(batch: readonly RankRequest[]): RankedList[];
  /** For who is not known at all. */
  strangers(now: number): RankedList;
  /** Items similar to one, itself left out; empty where the id was never seen. */
  similar(itemId: string, now: number): RankedList;
  /** Candidates that each filter took since the ranker was made. */
  readonly filtered: Readonly<FilterCounts>;
}

const MICRO = 1e6;
const NOBODY = -1;

export const createRanker = (deps: {
  parts: readonly ScoringPart[];
  index: ItemIndex;
  features: CatalogFeatures;
  configuration?: RankingConfiguration;
}): Ranker => {
  const { index, features, configuration = defaultConfiguration } = deps;
  const attentionOf = createAttentionReader(configuration.attention);
  const filter = createFilter(features, configuration.repurchaseDays);
  const diversify = createDiversity(features, configuration.diversity);
  const shortlist = createShortlister();
  const totals = noneFiltered();

  const createPipeline = (weights: RankingConfiguration['weights']) => {
    const parts = deps.parts.filter((part) => (weights[part.source] ?? 0) > 0);
    const weightOf = parts.map((part) => weights[part.source] as number);
    const sheet = createCandidateSheet(parts.length);
    const sheets = parts.map((_, p) => sheet.sheet(p));
    const asked = parts.map((_, p) => [sheets[p] as (typeof sheets)[number]]);
    const pool = Math.max(configuration.listSize, configuration.diversity.pool);
    const best = createBest(pool, (slot) => index.id(sheet.items[slot] as number));
    const explainer = createExplainer(
      parts.map((part, p) => ({ source: part.source, weight: weightOf[p] as number })),
      index,
    );
    // used again for list after list: an array of more than 64 bytes costs as much as the work on it
    /** By slot: the fused score in millionths, a whole number. */
    let fused = new Float64Array(0);
    const top = new Int32Array(pool);
    const topItems = new Int32Array(pool);
    const topScores = new Float64Array(pool);
    const order = new Int32Array(configuration.listSize);
    const scores = parts.map(() => new Float64Array(configuration.listSize));
    let without = new Float64Array(0);
    const eventsBySize = Array.from({ length: configuration.explained + 1 }, (_, size) => new Int32Array(size));
    const attentions: AttentionBuffer[] = [];

    const fuse = () => {
      const { length, values } = sheet;
      if (fused.length < length) fused = new Float64Array(2 * length);
      for (let slot = 0, at = 0; slot < length; slot += 1) {
        let sum = 0;
        for (let p = 0; p < weightOf.length; p += 1, at += 1) sum += (weightOf[p] as number) * (values[at] as number);
        fused[slot] = Math.round(sum * MICRO);
      }
    };

    /** Scores of a part had each event not happened: by its own shortcut, else by scoring the shorter histories. */
    const scoreWithout = (
      part: ScoringPart,
      request: ScoringRequest,
      list: Candidates,
      now: Float64Array,
      events: Int32Array,
    ) => {
      if (events.length === 0) return;
      if (part.without !== undefined) {
        part.without(request, list, now, events, without);
        return;
      }
      without.fill(0, 0, events.length * list.length);
      const requests = Array.from(events, (event) => {
        const history = withoutCell(request.history, request.attention.cells[event] as number);
        return { history, now: request.now, attention: attentionOf(history, request.now) };
      });
      const drawn = requests.map(createDenseSheet);
      part.score(requests, drawn);
      drawn.forEach((one, k) => {
        const put = (item: number, value: number) => {
          const slot = list.slot(item);
          if (slot !== -1) without[k * list.length + slot] = value;
        };
        if (part.dense) one.standardised(put);
        else one.each(put);
      });
    };

    const reasonsFor = (request: ScoringRequest, list: Candidates) => {
      const { length } = request.attention;
      const first = Math.max(0, length - configuration.explained);
      const events = eventsBySize[length - first] as Int32Array;
      for (let k = 0; k < events.length; k += 1) events[k] = first + k;
      if (without.length < events.length * list.length) without = new Float64Array(events.length * list.length);
      explainer.begin(list, events);
      const { values } = sheet;
      for (let at = 0; at < list.length; at += 1) {
        const row = (top[order[at] as number] as number) * parts.length;
        for (let p = 0; p < parts.length; p += 1) (scores[p] as Float64Array)[at] = values[row + p] as number;
      }
      for (let p = 0; p < parts.length; p += 1) {
        const own = scores[p] as Float64Array;
        scoreWithout(parts[p] as ScoringPart, request, list, own, events);
        explainer.take(p, own, without);
      }
      return explainer.explain(request);
    };

    const score = (request: ScoringRequest, dense: readonly (DenseSheet | undefined)[]) => {
      sheet.clear();
      const requests = [request];
      for (let p = 0; p < parts.length; p += 1) {
        const drawn = dense[p];
        if (drawn === undefined) (parts[p] as ScoringPart).score(requests, asked[p] as ScoreSheet[]);
        else drawn.standardised((sheets[p] as ScoreSheet).add);
      }
      fuse();
    };

    /** Slots of the best candidates that may be shown, best first, into `top`; how many. */
    const choose = ({ history, now }: ScoringRequest, itself: number): number => {
      const count = filter.apply(sheet, history, now);
      const { passed } = filter;
      const { items } = sheet;
      for (let i = 0; i < count; i += 1) {
        const slot = passed[i] as number;
        if (items[slot] !== itself) best.offer(slot, fused[slot] as number);
      }
      const chosen = best.drain(top);
      for (let i = 0; i < chosen; i += 1) {
        topItems[i] = items[top[i] as number] as number;
        topScores[i] = (fused[top[i] as number] as number) / MICRO;
      }
      return chosen;
    };

    const rankOne = (
      request: ScoringRequest,
      dense: readonly (DenseSheet | undefined)[],
      itself: number,
    ): RankedList => {
      score(request, dense);
      const chosen = choose(request, itself);
      const filtered = noneFiltered();
      filterNames.forEach((name, at) => {
        filtered[name] = filter.taken[at] as number;
        totals[name] += filtered[name];
      });
      const size = diversify(topItems, topScores, chosen, order);
      const list = shortlist(size, (place) => topItems[order[place] as number] as number);
      const items = reasonsFor(request, list).map(({ source, reasons }, place) =>
        show(list.items[place] as number, topScores[order[place] as number] as number, source, reasons),
      );
      return { items, filtered };
    };

    return (batch: readonly RankRequest[], itself: number): RankedList[] => {
      const requests = batch.map(({ history, now }, b) => {
        const attention = attentionOf(history, now, (attentions[b] ??= createAttentionBuffer()));
        attentions[b] = attention;
        return { history, now, attention };
      });
      const dense = parts.map((part) => {
        if (!part.dense) return undefined;
        const drawn = requests.map(createDenseSheet);
        part.score(requests, drawn);
        return drawn;
      });
      return requests.map((request, b) =>
        rankOne(
          request,
          dense.map((drawn) => drawn?.[b]),
          itself,
        ),
      );
    };
  };

  const show = (
    item: number,
    score: number,
    source: RecommendedItem['source'],
    reasons: RecommendedItem['reasons'],
  ): RecommendedItem => {
    const entry = features.item(item);
    return {
      itemId: index.id(item),
      score,
      source,
      title: entry?.title ?? '',
      category: features.categoryText(item),
      price: entry?.price ?? null,
      currency: entry?.currency ?? null,
      reasons,
    };
  };

  const rankSubjects = createPipeline(configuration.weights);
  const rankSimilar = createPipeline(configuration.similarWeights);

  return {
    filtered: totals,
    rank: (batch) => rankSubjects(batch, NOBODY),
    strangers: (now) => rankSubjects([{ history: emptyHistory('*'), now }], NOBODY)[0] as RankedList,
    similar: (itemId, now) => {
      const item = index.get(itemId);
      if (item === -1) return { items: [], filtered: noneFiltered() };
      return rankSimilar([{ history: viewerOf(similarItemsKey(itemId), item, now), now }], item)[0] as RankedList;
    },
  };
};
