/**
 * From a subject's history to its list: score by parts, take in what trained models say → fuse → filter → choose →
 * diversify → explain.
 * Invariants: a list depends on the request, the parts, the catalogue and the configuration, and on nothing else: not on
 * the other requests of the batch, nor on how items are numbered. Every sum runs over parts, events and rows in their
 * own order; scores are rounded to 6 decimals before anything is compared; ties go by item id.
 */
import {
  type ItemIndex,
  type ListSource,
  listSources,
  type NextPurchase,
  type RecommendedItem,
  type SubjectHistory,
  similarItemsKey,
} from '@nextcart/contracts';
import { createBest, createScoreSheet } from '@nextcart/models';
import { type AttentionBuffer, createAttentionReader } from './attention.ts';
import { createCandidateSheet, createShortlister } from './candidate-sheet.ts';
import type { CatalogFeatures } from './catalog-features.ts';
import { defaultConfiguration, nextVisitWeights, type RankingConfiguration } from './configuration.ts';
import { createDiversity } from './diversity.ts';
import { explore, withPropensity } from './exploration.ts';
import { createFilter, type FilterCounts, filterNames, noneFiltered } from './filters.ts';
import { createFocus, focused } from './focus.ts';
import { emptyHistory, viewerOf, withoutCell } from './histories.ts';
import type { Opinions } from './models/opinions.ts';
import type { PurchaseChances } from './models/purchase-chances.ts';
import { createNextPurchases } from './next-purchases.ts';
import { createExplainer } from './reasons.ts';
import { createRevenueKeys } from './revenue-keys.ts';
import type { Candidates, ScoringPart, ScoringRequest } from './scoring.ts';

export interface RankRequest {
  readonly history: SubjectHistory;
  /** Epoch ms. Take it from the log (the trigger's event time), so that a replay gets the same list. */
  readonly now: number;
  /** The list is for the subject's next visit; absent: for the one that goes on (visit.ts). */
  readonly visitEnded?: boolean;
  /** What the models of a release say; absent: the parts speak alone. */
  readonly opinions?: Opinions;
}

export interface RankedList {
  /** In the order to show; scores need not fall, because the order is by relevance and diversity. */
  readonly items: RecommendedItem[];
  /** Likeliest first; empty where nobody's chances are known. */
  readonly nextPurchases: NextPurchase[];
  /** Candidates of this list that each filter took. */
  readonly filtered: FilterCounts;
  /** Whether models had a word in it: else it does not depend on their release. */
  readonly usesModels: boolean;
  /** Whether it is for the subject's next visit. */
  readonly visitEnded: boolean;
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

const NO_LIST = (): RankedList => ({
  ...{ items: [], nextPurchases: [], filtered: noneFiltered(), usesModels: false, visitEnded: false },
});
const MICRO = 1e6;
const NOBODY = -1;

export const createRanker = (deps: {
  parts: readonly ScoringPart[];
  index: ItemIndex;
  features: CatalogFeatures;
  configuration?: RankingConfiguration;
  /** Of lists with opinions, a release's; absent: the configuration's, as for lists without. */
  modelWeights?: RankingConfiguration['weights'] | undefined;
}): Ranker => {
  const { index, features, configuration = defaultConfiguration } = deps;
  const attentionOf = createAttentionReader(configuration.attention);
  const filter = createFilter(features, configuration);
  const diversify = createDiversity(features, configuration.diversity);
  const shortlist = createShortlister();
  const focus = createFocus(features);
  const totals = noneFiltered();
  const isByRevenue = configuration.revenueShare > 0;
  const revenueKeys = createRevenueKeys(features, configuration.revenueShare);
  const { slots } = configuration.exploration;
  const nextOf = createNextPurchases(configuration.nextPurchases, index, filter);

  const nextPurchasesOf = ({ history, now, opinions }: RankRequest): NextPurchase[] => {
    const chances = configuration.nextPurchases > 0 ? opinions?.purchases : undefined;
    return chances ? nextOf(chances, history, now) : [];
  };

  const createPipeline = (weights: RankingConfiguration['weights'], focusWorth = configuration.content.focus) => {
    const parts = deps.parts.filter((part) => (weights[part.source] ?? 0) > 0);
    const spoken = new Set<ListSource>(parts.map((part) => part.source));
    /** Behind the parts come those that only models can speak for. */
    const sources = [...spoken, ...listSources.filter((source) => (weights[source] ?? 0) > 0 && !spoken.has(source))];
    const weightOf = sources.map((source) => weights[source] as number);
    const worth = (weights.content ?? 0) > 0 ? focusWorth : 0;
    const sheet = createCandidateSheet(sources.length);
    const sheets = parts.map((_, p) => sheet.sheet(p));
    const pool = Math.max(configuration.listSize, configuration.diversity.pool);
    const best = createBest(pool, (slot) => index.id(sheet.items[slot] as number));
    const explainer = createExplainer(
      sources.map((source, p) => ({ source, weight: weightOf[p] as number })),
      worth,
      index,
    );
    // used again for list after list: an array of more than 64 bytes costs as much as the work on it
    /** By slot: the fused score in millionths, a whole number. */
    let fused = new Float64Array(0);
    const top = new Int32Array(pool);
    const topItems = new Int32Array(pool);
    const topScores = new Float64Array(pool);
    /** By slot, what the order is by, in millionths: the fused score, or revenue. */
    let keys: Float64Array = fused;
    const topKeys = new Float64Array(pool);
    const order = new Int32Array(configuration.listSize);
    const scores = sources.map(() => new Float64Array(configuration.listSize));
    /** How far the visit is about each item of the list. */
    const shares = new Float64Array(configuration.listSize);
    let without = new Float64Array(0);
    const eventsBySize = Array.from({ length: configuration.explained + 1 }, (_, size) => new Int32Array(size));
    let attention: AttentionBuffer | undefined;

    const fuse = (request: ScoringRequest) => {
      const { length, values, items } = sheet;
      focus.aim(request, request.attention.length - 1);
      if (fused.length < length) fused = new Float64Array(2 * length);
      for (let slot = 0, at = 0; slot < length; slot += 1) {
        let sum = 0;
        for (let p = 0; p < weightOf.length; p += 1, at += 1) sum += (weightOf[p] as number) * (values[at] as number);
        const share = worth > 0 ? focus.of(items[slot] as number) : 0;
        fused[slot] = Math.round(focused(sum, share, worth) * MICRO) + 0; // of −0, 0
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
      events.forEach((event, k) => {
        const history = withoutCell(request.history, request.attention.cells[event] as number);
        const shorter = { ...request, history, attention: attentionOf(history, request.now) };
        part.score(
          shorter,
          createScoreSheet((item, value) => {
            const at = k * list.length + list.slot(item);
            if (list.slot(item) !== -1) without[at] = (without[at] as number) + value;
          }),
        );
      });
    };

    /** Without the newest event the one before it says what the visit is about; no other event moves that. */
    const takeFocus = (request: ScoringRequest, list: Candidates, events: number) => {
      const newest = request.attention.length - 1;
      focus.aim(request, newest);
      for (let at = 0; at < list.length; at += 1) shares[at] = focus.of(list.items[at] as number);
      for (let k = 0; k < events - 1; k += 1) without.set(shares.subarray(0, list.length), k * list.length);
      focus.aim(request, newest - 1);
      if (events > 0)
        for (let at = 0; at < list.length; at += 1)
          without[(events - 1) * list.length + at] = focus.of(list.items[at] as number);
      explainer.focus(shares, without);
    };

    const reasonsFor = (request: ScoringRequest, list: Candidates, opinions: Opinions | undefined) => {
      const { length } = request.attention;
      const first = Math.max(0, length - configuration.explained);
      const events = eventsBySize[length - first] as Int32Array;
      for (let k = 0; k < events.length; k += 1) events[k] = first + k;
      if (without.length < events.length * list.length) without = new Float64Array(events.length * list.length);
      explainer.begin(list, events);
      const { values } = sheet;
      for (let at = 0; at < list.length; at += 1) {
        const row = (top[order[at] as number] as number) * sources.length;
        for (let p = 0; p < sources.length; p += 1) (scores[p] as Float64Array)[at] = values[row + p] as number;
      }
      sources.forEach((_, p) => {
        const own = scores[p] as Float64Array;
        const part = parts[p];
        const spokenBy = opinions?.sources.indexOf(sources[p] as ListSource) ?? -1;
        if (part !== undefined) scoreWithout(part, request, list, own, events);
        else if (spokenBy !== -1) opinions?.without(spokenBy, cellsOf(request, events), list, own, without);
        else without.fill(0, 0, events.length * list.length);
        explainer.take(p, own, without);
      });
      takeFocus(request, list, events.length);
      return explainer.explain(request);
    };

    /**
     * Adds each model's best to the candidates, as many as diversity chooses from, and what models say of all of them. By
     * revenue, the likeliest to be bought come in, too.
     */
    const takeIn = (opinions: Opinions) => {
      const places = opinions.sources.map((source) => sources.indexOf(source, parts.length));
      places.forEach((place, source) => {
        if (place !== -1) opinions.eachBest(source, pool, sheet.touch);
      });
      if (isByRevenue) opinions.purchases?.eachBest(pool, sheet.touch);
      const { values, items, length } = sheet;
      places.forEach((place, source) => {
        if (place !== -1) opinions.fill(source, items, length, values, place, sources.length);
      });
    };

    const score = (request: ScoringRequest, opinions: Opinions | undefined) => {
      sheet.clear();
      for (let p = 0; p < parts.length; p += 1)
        (parts[p] as ScoringPart).score(request, sheets[p] as (typeof sheets)[number]);
      if (opinions !== undefined) takeIn(opinions);
      fuse(request);
    };

    /** Slots of the best candidates that may be shown, best first, into `top`; how many. */
    const choose = (
      { history, now }: ScoringRequest,
      purchases: PurchaseChances | undefined,
      itself: number,
    ): number => {
      const count = filter.apply(sheet, history, now);
      const { passed } = filter;
      const { items } = sheet;
      keys = isByRevenue ? revenueKeys(sheet, fused, passed.subarray(0, count), purchases) : fused;
      for (let i = 0; i < count; i += 1) {
        const slot = passed[i] as number;
        if (items[slot] !== itself) best.offer(slot, keys[slot] as number);
      }
      const chosen = best.drain(top);
      for (let i = 0; i < chosen; i += 1) {
        topItems[i] = items[top[i] as number] as number;
        topScores[i] = (fused[top[i] as number] as number) / MICRO;
        topKeys[i] = (keys[top[i] as number] as number) / MICRO;
      }
      return chosen;
    };

    const rankOne = (asked: RankRequest, itself: number): RankedList => {
      const { history, now, opinions } = asked;
      attention = attentionOf(history, now, attention);
      const request = { history, now, attention, visitEnded: asked.visitEnded === true };
      score(request, opinions);
      const chosen = choose(request, opinions?.purchases, itself);
      const filtered = noneFiltered();
      filterNames.forEach((name, at) => {
        filtered[name] = filter.taken[at] as number;
        totals[name] += filtered[name];
      });
      const size = diversify(topItems, topKeys, chosen, order);
      // shared lists are nobody's: nothing can be learned from who was shown what
      const isExplored = slots > 0 && itself === NOBODY && history.length > 0;
      const propensities = isExplored
        ? explore(order, size, chosen, seedOf(history), configuration.exploration)
        : undefined;
      const list = shortlist(size, (place) => topItems[order[place] as number] as number);
      const items = reasonsFor(request, list, opinions).map(({ source, reasons }, place) =>
        show(
          list.items[place] as number,
          topScores[order[place] as number] as number,
          source,
          withPropensity(reasons, propensities?.[place] ?? 0),
        ),
      );
      const { visitEnded } = request;
      return { items, nextPurchases: nextPurchasesOf(asked), filtered, usesModels: opinions !== undefined, visitEnded };
    };

    return rankOne;
  };

  const cellsOf = ({ attention }: ScoringRequest, events: Int32Array) =>
    events.map((event) => attention.cells[event] as number);

  /** Its newest event names a list's draws: the same for whoever makes it again. */
  const seedOf = ({ subject, count, offsets, length }: SubjectHistory) =>
    `${subject}\n${count}\n${length === 0 ? -1 : (offsets[length - 1] as number)}`;

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

  /** For a visit that goes on, and for the next one. */
  const createBoth = (weights: RankingConfiguration['weights']) => {
    const within = createPipeline(weights);
    let forNext: typeof within | undefined;
    return (asked: RankRequest): RankedList => {
      if (asked.visitEnded !== true) return within(asked, NOBODY);
      forNext ??= createPipeline(nextVisitWeights(weights, configuration.nextVisitFactors));
      return forNext(asked, NOBODY);
    };
  };
  const rankSubjects = createBoth(configuration.weights);
  const { modelWeights } = deps;
  const rankWithModels = modelWeights === undefined ? rankSubjects : createBoth(modelWeights);
  const rankSimilar = createPipeline(configuration.similarWeights, 0);

  return {
    filtered: totals,
    rank: (batch) => batch.map((request) => (request.opinions === undefined ? rankSubjects : rankWithModels)(request)),
    strangers: (now) => rankSubjects({ history: emptyHistory('*'), now }),
    similar: (itemId, now) => {
      const item = index.get(itemId);
      if (item === -1) return NO_LIST();
      return rankSimilar({ history: viewerOf(similarItemsKey(itemId), item, now), now }, item);
    },
  };
};
