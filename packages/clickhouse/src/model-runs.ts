import { type LogSlice, type ReleaseResult, type TrainingMode, tables } from '@nextcart/contracts';
import type { Store } from './store.ts';

/** A figure with its interval of 95 %. */
export interface Measured {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Table `model_runs`: sql/140_model_runs.sql. A cycle of training and what came of it; or what serves, measured without any:
 * then the figures are its own, as the champion's.
 */
export interface ModelRun {
  /** Of the cycle, whether it was released or not; or of the evaluation. */
  readonly release: string;
  /** Of the decision, epoch ms by the wall clock. */
  readonly at: number;
  /** Of the newest event that was measured over, epoch ms: the decision's time by the shop's clock. */
  readonly shopTime: number;
  readonly mode: TrainingMode | 'evaluation';
  readonly topicId: string;
  /** Learned from. */
  readonly ranges: readonly LogSlice[];
  /** Measured over. */
  readonly slice: readonly LogSlice[];
  /** Learned from. */
  readonly events: number;
  readonly verdict: ReleaseResult['verdict'] | 'measured';
  readonly superior: boolean;
  /** Of the day's alpha. */
  readonly alphaSpent: number;
  readonly reasons: readonly string[];
  /** What it was compared with; empty: the ranker without models. */
  readonly champion: string;
  readonly anchor: string;
  readonly subjects: number;
  readonly requests: number;
  /** Carts and purchases that are no request: nothing was known of who asks, or it was asked before. */
  readonly leftOut: number;
  readonly metrics: Readonly<Record<string, Measured>>;
  /** Of the last epoch, by model. */
  readonly losses: Readonly<Record<string, number>>;
  /** Of the fusion, by part. */
  readonly weights: Readonly<Record<string, number>>;
  /** Share of the catalogue that is among the first 20 of any list. */
  readonly coverage: number;
  readonly refitted: boolean;
  /** By stage. */
  readonly seconds: Readonly<Record<string, number>>;
  /** Empty where no artifact was written. */
  readonly artifactUri: string;
  readonly artifactHash: string;
}

export type CycleRun = ModelRun & { readonly mode: TrainingMode; readonly verdict: ReleaseResult['verdict'] };
/** A cycle that came to a decision. */
export const isCycle = (run: ModelRun): run is CycleRun => run.mode !== 'evaluation';

/** The same cycle again is no second row. */
export const insertModelRun = (store: Store, run: ModelRun): Promise<void> => {
  const { at, shopTime, topicId, alphaSpent, leftOut, artifactUri, artifactHash, metrics, ...same } = run;
  return store.insertRows(
    tables.modelRuns,
    [
      {
        ...same,
        ...{ at: (at / 1000).toFixed(3), shop_time: (shopTime / 1000).toFixed(3) },
        ...{ topic_id: topicId, alpha_spent: alphaSpent, left_out: leftOut },
        ...{ artifact_uri: artifactUri, artifact_hash: artifactHash, metrics: finiteOf(metrics) },
      },
    ],
    { token: run.release },
  );
};

/** JSON has no NaN: what was not measured is not there. */
const finiteOf = (metrics: ModelRun['metrics']): ModelRun['metrics'] =>
  Object.fromEntries(Object.entries(metrics).filter(([, { value, low, high }]) => Number.isFinite(value + low + high)));

const COLUMNS = `release, toUnixTimestamp64Milli(at) AS at_ms, toUnixTimestamp64Milli(shop_time) AS shopTime, mode, toString(topic_id) AS topicId, ranges, slice, events,
  verdict, superior, alpha_spent AS alphaSpent, reasons, champion, anchor, subjects, requests, left_out AS leftOut,
  metrics, losses, weights, coverage, refitted, seconds, artifact_uri AS artifactUri, artifact_hash AS artifactHash`;

type Row = Omit<ModelRun, 'at'> & { readonly at_ms: number };
const fromRow = ({ at_ms, ...row }: Row): ModelRun => ({ ...row, at: at_ms });

/** Newest first. */
export const readModelRuns = async (store: Store, { limit }: { readonly limit: number }): Promise<ModelRun[]> => {
  const rows = await store.query<Row>(
    `SELECT ${COLUMNS} FROM ${tables.modelRuns} FINAL ORDER BY at DESC, release LIMIT {limit:UInt32}`,
    { limit },
  );
  return rows.map(fromRow);
};

/** Of a cycle, or null where it has not come to a decision. */
export const readModelRun = async (store: Store, release: string): Promise<ModelRun | null> => {
  const rows = await store.query<Row>(
    `SELECT ${COLUMNS} FROM ${tables.modelRuns} FINAL WHERE release = {release:String}`,
    { release },
  );
  return rows[0] === undefined ? null : fromRow(rows[0]);
};

/** The newest cycle that came to a decision; null before the first. */
export const readLastCycle = async (store: Store): Promise<CycleRun | null> => {
  const [row] = await store.query<Row>(
    `SELECT ${COLUMNS} FROM ${tables.modelRuns} FINAL WHERE mode != 'evaluation' ORDER BY at DESC, release LIMIT 1`,
  );
  return row === undefined ? null : (fromRow(row) as CycleRun);
};

/** When a cycle passed the gate for the first time, epoch ms; null before that. */
export const readFirstPass = async (store: Store): Promise<number | null> => {
  const [row] = await store.query<{ at_ms: number }>(
    `SELECT toUnixTimestamp64Milli(at) AS at_ms FROM ${tables.modelRuns} FINAL WHERE verdict = 'pass' ORDER BY at LIMIT 1`,
  );
  return row?.at_ms ?? null;
};

/** The newest measuring of what serves over a log; null before the first. */
export const readLastEvaluation = async (store: Store, topicId: string): Promise<ModelRun | null> => {
  const [row] = await store.query<Row>(
    `SELECT ${COLUMNS} FROM ${tables.modelRuns} FINAL
     WHERE topic_id = {topicId:UUID} AND mode = 'evaluation' ORDER BY model_runs.at DESC, release LIMIT 1`,
    { topicId },
  );
  return row === undefined ? null : fromRow(row);
};

/** Claims of superiority over a log's behaviour of [from, to) by the shop's clock, epoch ms. */
export const countLooks = async (
  store: Store,
  { topicId, from, to }: { readonly topicId: string; readonly from: number; readonly to: number },
): Promise<number> => {
  const [row] = await store.query<{ n: number }>(
    `SELECT count() AS n FROM ${tables.modelRuns} FINAL
     WHERE topic_id = {topicId:UUID} AND alpha_spent > 0
       AND shop_time >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')
       AND shop_time < fromUnixTimestamp64Milli({to:Int64}, 'UTC')`,
    { topicId, from, to },
  );
  return row?.n ?? 0;
};
