import { groups, type HoldOut, SESSION_GAP_MS, topics } from '@nextcart/contracts';
import { DEDUPE_WINDOW } from '@nextcart/events';
import { defaultConfiguration, type RankingConfiguration } from '@nextcart/ranking';

/** All that a scorer can be told; tests and benches bring topics and groups of their own. */
export interface ScorerOptions {
  readonly eventsTopic: string;
  readonly catalogTopic: string;
  readonly listsTopic: string;
  readonly releasesTopic: string;
  readonly groupId: string;
  /** Ingest's group for events: what lies below its committed offsets is in the store, views included. */
  readonly ingestGroupId: string;
  readonly configuration: RankingConfiguration;
  /** Subjects kept in memory, over all partitions. */
  readonly maxSubjects: number;
  /** Subjects ranked in one call. */
  readonly batchSize: number;
  /**
   * From a batch of several to the next that is not full: twice what it took, at least and at most so long; half of that
   * after a lone list. A send costs scorer, broker and readers the same for one list or ten.
   */
  readonly batchEveryMs: { readonly least: number; readonly most: number };
  readonly listTtlMs: number;
  /** How long a partition's lists may be read back before its first list goes out. */
  readonly learnTimeoutMs: number;
  /** Queries for cold subjects begin at most this often: they share one. */
  readonly coldEveryMs: number;
  readonly coldBatch: number;
  readonly positionsEveryMs: number;
  readonly snapshotsEveryMs: number;
  readonly commitEveryMs: number;
  /** Lists that the sweeper has made again. */
  readonly refreshPerSecond: number;
  /** A visit has ended when nothing has come of it for so long. */
  readonly visitGapMs: number;
  readonly itemListsPerSecond: number;
  readonly dedupeWindow: number;
  readonly sessionTimeoutMs: number;
  /** Subjects whose lists are made without models, to be compared with the others. */
  readonly holdOut: HoldOut;
  /** All lists that wait are made with models where that takes no longer; else without, and again when nothing waits. */
  readonly modelsWithinMs: number;
  /** Of the models; more than one only where cores are idle. */
  readonly modelThreads: number;
}

export const defaultOptions: ScorerOptions = {
  eventsTopic: topics.events.name,
  catalogTopic: topics.catalog.name,
  listsTopic: topics.recommendations.name,
  releasesTopic: topics.modelReleases.name,
  groupId: groups.scorer,
  ingestGroupId: groups.ingestEvents,
  configuration: defaultConfiguration,
  maxSubjects: 500_000, // some 1 KB each with a short history, 4 KB with a full one
  batchSize: 32,
  // without models a batch of seven at 1,000 events a second; one of models reads their whole catalogue from memory, for
  // one list or sixteen
  batchEveryMs: { least: 6, most: 16 },
  listTtlMs: 24 * 60 * 60 * 1000,
  learnTimeoutMs: 10_000,
  coldEveryMs: 10, // a query costs some 4 ms of CPU and half a millisecond a subject
  coldBatch: 500,
  positionsEveryMs: 3000, // four small queries; what it moves is memory alone
  snapshotsEveryMs: 2000,
  commitEveryMs: 1000,
  refreshPerSecond: 200, // a million lists in 24 hours are 15 a second, and as many again for next visits
  visitGapMs: SESSION_GAP_MS,
  itemListsPerSecond: 20,
  dedupeWindow: DEDUPE_WINDOW,
  sessionTimeoutMs: 10_000,
  holdOut: { share: 0, salt: '' },
  modelsWithinMs: 32, // at 500 events a second on two cores nine lists in ten, at 1,000 a quarter
  modelThreads: 1,
};

/** A list is made again when this share of its life is left. */
export const RENEWAL_SHARE = 0.2;
