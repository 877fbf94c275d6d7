import type { EventType, ListSource } from '@nextcart/contracts';
import type { NeighbourOptions } from '@nextcart/models';
import type { ExplorationOptions } from './exploration.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Everything that ranking can be told, as plain data: hash it, and the hash names the rules a list was made by. */
export interface RankingConfiguration {
  /** Items in a list. */
  readonly listSize: number;
  /** How much each part counts; a part without a number is left out. */
  readonly weights: Readonly<Partial<Record<ListSource, number>>>;
  /** What becomes of a part's weight, also of a release's, in lists for a subject's next visit: this times as much. */
  readonly nextVisitFactors: Readonly<Partial<Record<ListSource, number>>>;
  /** The same for the lists of similar items. */
  readonly similarWeights: Readonly<Partial<Record<ListSource, number>>>;
  readonly attention: {
    /** How much a fresh event says of what is wanted now; 0 or absent: nothing. */
    readonly byType: Readonly<Partial<Record<EventType, number>>>;
    /** An event counts 1 / √(1 + age / this): 30 s was best of 5, 30 and 60 on Diginetica at a click a minute. */
    readonly agingMs: number;
    /** Weight of knowing nothing: with it, one event does not speak with the voice of twenty. */
    readonly prior: number;
  };
  /** What part of an event's attention a graph takes up, by type. */
  readonly covisitByType: Readonly<Partial<Record<EventType, number>>>;
  readonly copurchaseByType: Readonly<Partial<Record<EventType, number>>>;
  /** Damping of the graphs' cosines (models, item-graph.ts). */
  readonly graphDamping: number;
  /** Columns of a graph's row that are read, heaviest first: bounds the work for each event. */
  readonly graphColumns: number;
  readonly neighbours: NeighbourOptions & {
    /** Older events bring no neighbours in: bounds the work for a subject with a long past. */
    readonly horizonMs: number;
  };
  readonly content: {
    /** The same bound for content. */
    readonly horizonMs: number;
    readonly perItem: number;
    readonly perQuery: number;
    /** A word that more items have leads nowhere, and bounds a search. */
    readonly commonest: number;
    /** Share of the score that fades as the price decile moves away. */
    readonly priceShare: number;
    /** Where content has a weight: a score is 1 + this times as much of an item that the visit is about (focus.ts). */
    readonly focus: number;
  };
  readonly history: {
    /** A purchase counts 1 / √(1 + age / this). */
    readonly agingMs: number;
    readonly prior: number;
    /** The same for the next visit, by type of event; what is no purchase ages by `leftAgingMs`. */
    readonly leftByType: Readonly<Partial<Record<EventType, number>>>;
    /** Of what was left: minutes decide what comes first of the last visit, and the end of that is where they begin. */
    readonly leftAgingMs: number;
  };
  readonly trending: {
    /** In the order of contracts' TRENDING_HALF_LIVES_S. */
    readonly halfLifeWeights: readonly number[];
    /** Items that everyone may get. */
    readonly everyone: number;
    /** Further items of each category that the subject cares for. */
    readonly perCategory: number;
    /** How far caring for nothing but its category lifts an item: 1 + boost times. */
    readonly boost: number;
  };
  /** Days that a bought item stays away, where neither the item itself nor a category of it says. */
  readonly repurchaseDays: number;
  /** The same by category, as contracts' categoryText writes it; one further down goes before one further up. */
  readonly repurchaseDaysByCategory: Readonly<Record<string, number>>;
  readonly diversity: {
    /** Of MMR (Carbonell & Goldstein 1998): 1 = relevance alone. */
    readonly lambda: number;
    /** Candidates that it chooses from. */
    readonly pool: number;
    /** Likeness of two items, summing to 1. */
    readonly category: number;
    readonly department: number;
    readonly brand: number;
    readonly title: number;
  };
  /** Newest events that reasons are looked for among (promise 10). */
  readonly explained: number;
  /** Places for items that were not going to be shown; their reason `explored` has the chance that they had. */
  readonly exploration: ExplorationOptions;
  /**
   * How far prices decide the order: ln(chance to be bought next) plus this times ln(price), so that 1 orders by expected
   * revenue; where a release has no such chances, or none has a word in it, the fused score plus that. 0 leaves prices
   * out. Prices count against the mean of their own currency. The score that is shown stays the fused one.
   */
  readonly revenueShare: number;
  /** Items of the list of next purchases, where the release in force can say their chances; 0: no such list. */
  readonly nextPurchases: number;
}

export const defaultConfiguration: RankingConfiguration = {
  listSize: 50,
  weights: { history: 0.5, covisit: 1, copurchase: 0.8, neighbours: 3, content: 0.4, trending: 0.15 },
  nextVisitFactors: { history: 40, autoencoder: 3 },
  similarWeights: { covisit: 1, copurchase: 0.3, neighbours: 2, content: 0.8, trending: 0.02 },
  attention: { byType: { search: 1.5, view: 1, click: 1, cart: 2, purchase: 3 }, agingMs: 30_000, prior: 0.5 },
  covisitByType: { view: 1, click: 1, cart: 1, purchase: 0.3 },
  copurchaseByType: { view: 0.2, click: 0.2, cart: 1, purchase: 1 },
  graphDamping: 0.2,
  graphColumns: 60,
  neighbours: {
    perItem: 64,
    halfLifeMs: 14 * DAY_MS,
    power: 2,
    fade: 0.3,
    doubt: 3,
    reach: 10,
    horizonMs: 2 * HOUR_MS,
  },
  content: { horizonMs: 3 * HOUR_MS, perItem: 40, perQuery: 150, commonest: 1000, priceShare: 0.3, focus: 3 },
  history: {
    ...{ agingMs: 30 * DAY_MS, prior: 3 },
    ...{ leftByType: { view: 1, click: 1, cart: 1, purchase: 0.5 }, leftAgingMs: 30_000 },
  },
  trending: { halfLifeWeights: [0.15, 0.25, 0.3, 0.3], everyone: 300, perCategory: 20, boost: 3 },
  repurchaseDays: 30,
  repurchaseDaysByCategory: {},
  diversity: { lambda: 0.85, pool: 100, category: 0.4, department: 0.15, brand: 0.2, title: 0.25 },
  explained: 8,
  exploration: { slots: 0, every: 10 },
  revenueShare: 0,
  nextPurchases: 5,
};

/** Weights of lists for a next visit, of those for a visit that goes on. */
export const nextVisitWeights = (
  weights: RankingConfiguration['weights'],
  factors: RankingConfiguration['nextVisitFactors'],
): RankingConfiguration['weights'] =>
  Object.fromEntries(
    Object.entries(weights).map(([source, weight]) => [source, weight * (factors[source as ListSource] ?? 1)]),
  );

/** Whether models are asked for chances of purchases. */
export const asksForPurchases = ({
  nextPurchases,
  revenueShare,
}: Pick<RankingConfiguration, 'nextPurchases' | 'revenueShare'>): boolean => nextPurchases > 0 || revenueShare > 0;

/** What operators change of it. */
export type RankingChanges = Partial<
  Pick<RankingConfiguration, 'exploration' | 'revenueShare' | 'nextPurchases' | 'repurchaseDaysByCategory'>
>;
/** Among the snapshots that a list names. */
export const CHANGES_KIND = 'ranking';

/** The changes as a list names them, so that it can be made again; undefined where there are none. */
export const changesText = (configuration: RankingConfiguration): string | undefined => {
  const { exploration, revenueShare, nextPurchases, repurchaseDaysByCategory } = configuration;
  const changes: RankingChanges = {
    ...(exploration.slots > 0 && { exploration }),
    ...(revenueShare > 0 && { revenueShare }),
    ...(nextPurchases !== defaultConfiguration.nextPurchases && { nextPurchases }),
    ...(Object.keys(repurchaseDaysByCategory).length > 0 && { repurchaseDaysByCategory }),
  };
  return Object.keys(changes).length === 0 ? undefined : JSON.stringify(changes);
};

/** The configuration that a list names. Throws a RangeError for what is no such text. */
export const withChanges = (configuration: RankingConfiguration, text: string | undefined): RankingConfiguration => {
  if (text === undefined) return configuration;
  let changes: RankingChanges;
  try {
    changes = JSON.parse(text) as RankingChanges;
  } catch (cause) {
    throw new RangeError(`a ranking changed by ${text}`, { cause });
  }
  return { ...configuration, ...changes };
};
