/** What the end of a cycle is told, and what it works with. */
import type { Store } from '@nextcart/clickhouse';
import type { ReleasePayload, ReleaseProgress, TrainResult } from '@nextcart/contracts';
import type { Clock, Logger, Waiting } from '@nextcart/runtime';
import type { ReleasePlace } from '../data-folders.ts';
import type { FitLinear } from './fit-linear.ts';
import type { GateSettings } from './gate-settings.ts';
import type { Refit } from './refit.ts';
import type { ReleaseLog } from './release-log.ts';

export interface ReleaseDeps extends ReleasePlace {
  readonly store: Store;
  readonly releases: ReleaseLog;
  readonly clock: Clock;
  readonly log: Logger;
  readonly waiting: Waiting;
  readonly gate: GateSettings;
  readonly threads: number;
  /** Of the catalogue's topic. */
  readonly catalogTopicId: () => Promise<string>;
  /** Absent: the linear partner is no baseline. */
  readonly linear?: FitLinear;
  /** Absent: releases are as they were measured. */
  readonly refit?: Refit;
  /** That this process may run; absent: 1. */
  readonly trainingsAtOnce?: number;
}

export interface ReleaseRun {
  readonly jobId: string;
  /** When the job was made, epoch ms. */
  readonly createdAt: number;
  readonly payload: ReleasePayload;
  /** Of the trainings that made a model. */
  readonly children: readonly TrainResult[];
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ReleaseProgress) => void;
}

/** Of a candidate among the trained artifacts, while the pass over the slice goes on from it. */
export const candidateName = (jobId: string): string => `${jobId}-candidate`;
