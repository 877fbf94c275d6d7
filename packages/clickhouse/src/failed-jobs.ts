import { type JobName, tables } from '@nextcart/contracts';
import type { Store } from './store.ts';

/** Table `failed_jobs`: sql/200_failed_jobs.sql. A job that is not tried again. */
export interface FailedJob {
  readonly id: string;
  readonly job: JobName;
  /** Epoch ms by the wall clock. */
  readonly at: number;
  /** Somebody ended it. */
  readonly cancelled: boolean;
  /** Those that were made. */
  readonly attempts: number;
  readonly reason: string;
}

export const insertFailedJob = (store: Store, { at, ...same }: FailedJob): Promise<void> =>
  store.insertRows(tables.failedJobs, [{ ...same, at: (at / 1000).toFixed(3) }]);
