/**
 * From a subject's history to its list: score by parts → fuse → filter → choose → diversify → explain.
 * Invariants: a list depends on the request, the parts, the catalogue and the configuration, and on nothing else: not on
 * the other requests of the batch, nor on how items are numbered. Every sum runs over parts, events and rows in their
 * own order; scores are rounded to 6 decimals before anything is compared; ties go by item id.
 */
import { type ItemIndex, type RecommendedItem, type SubjectHistory, similarItemsKey } from '@nextcart/contracts';
import { createBest } from '@nextcart/models';
import { createAttentionReader } from './attention.ts';
import { createCandidateSheet, createShortlister } from './candidate-sheet.ts';
import type { CatalogFeatures } from './catalog-features.ts';
import { defaultConfiguration, type RankingConfiguration } from './configuration.ts';
import { createDenseSheet, type DenseSheet } from './dense-sheet.ts';
import { createDiversity } from './diversity.ts';
import { createFilter, type FilterCounts, filterNames, noneFiltered } from './filters.ts';
import { emptyHistory, viewerOf, withoutCell } from './histories.ts';
import { explain, type PartShare } from './reasons.ts';
import type { Candidates, ScoringPart, ScoringRequest } from './scoring.ts';

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

/** Cells of a column, or of column `at` of a matrix of `width` columns. */
const gather = (values: Float64Array, rows: Int32Array, width = 1, at = 0): Float64Array => {
  const cells = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i += 1) cells[i] = values[(rows[i] as number) * width + at] as number;
  return cells;
};

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
    const pool = Math.max(configuration.listSize, configuration.diversity.pool);
    const best = createBest(pool, (slot) => index.id(sheet.items[slot] as number));
    let fused = new Float64Array(0);

    const fuse = () => {
      const { length, values } = sheet;
      if (fused.length < length) fused = new Float64Array(2 * length);
      for (let slot = 0, at = 0; slot < length; slot += 1) {
        let sum = 0;
        for (let p = 0; p < weightOf.length; p += 1, at += 1) sum += (weightOf[p] as number) * (values[at] as number);
        fused[slot] = Math.round(sum * MICRO) / MICRO;
      }
    };

    /** Scores of a part had each event not happened: by its own shortcut, else by scoring the shorter histories. */
    const withoutEach = (
      part: ScoringPart,
      request: ScoringRequest,
      list: Candidates,
      scores: Float64Array,
      events: Int32Array,
    ) => {
      const out = new Float64Array(events.length * list.length);
      if (events.length === 0) return out;
      if (part.without !== undefined) {
        part.without(request, list, scores, events, out);
        return out;
      }
      const requests = Array.from(events, (event) => {
        const history = withoutCell(request.history, request.attention.cells[event] as number);
        return { history, now: request.now, attention: attentionOf(history, request.now) };
      });
      const drawn = requests.map(createDenseSheet);
      part.score(requests, drawn);
      drawn.forEach((one, k) => {
        const put = (item: number, value: number) => {
          const slot = list.slot(item);
          if (slot !== -1) out[k * list.length + slot] = value;
        };
        if (part.dense) one.standardised(put);
        else one.each(put);
      });
      return out;
    };

    const reasonsFor = (request: ScoringRequest, list: Candidates, slots: Int32Array) => {
      const { length } = request.attention;
      const first = Math.max(0, length - configuration.explained);
      const events = Int32Array.from({ length: length - first }, (_, k) => first + k);
      const shares = parts.map((part, p): PartShare => {
        const scores = gather(sheet.values, slots, parts.length, p);
        const without = withoutEach(part, request, list, scores, events);
        return { source: part.source, weight: weightOf[p] as number, scores, without };
      });
      return explain(request, list, events, shares, index);
    };

    const rankOne = (
      request: ScoringRequest,
      dense: readonly (DenseSheet | undefined)[],
      itself: number,
    ): RankedList => {
      sheet.clear();
      parts.forEach((part, p) => {
        const target = sheets[p] as (typeof sheets)[number];
        const drawn = dense[p];
        if (drawn === undefined) part.score([request], [target]);
        else drawn.standardised(target.add);
      });
      fuse();
      const filtered = noneFiltered();
      filter(sheet, request.history, request.now, filtered, (slot) => {
        if (sheet.items[slot] !== itself) best.offer(slot, fused[slot] as number);
      });
      for (const name of filterNames) totals[name] += filtered[name];
      const top = best.take();
      const order = diversify(
        top.map((slot) => sheet.items[slot] as number),
        gather(fused, top),
        configuration.listSize,
      );
      const slots = order.map((place) => top[place] as number);
      const list = shortlist(slots.map((slot) => sheet.items[slot] as number));
      const why = reasonsFor(request, list, slots);
      return {
        items: why.map(({ source, reasons }, i) =>
          show(list.items[i] as number, fused[slots[i] as number] as number, source, reasons),
        ),
        filtered,
      };
    };

    return (batch: readonly RankRequest[], itself: number): RankedList[] => {
      const requests = batch.map(({ history, now }) => ({ history, now, attention: attentionOf(history, now) }));
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
