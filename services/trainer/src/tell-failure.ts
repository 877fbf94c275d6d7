/** Jobs that are not tried again, told to the store. Redis has them as well: one that can't be told is only in the log. */
import { insertFailedJob, type Store } from '@nextcart/clickhouse';
import { isMarked } from '@nextcart/contracts';
import type { Clock, Logger } from '@nextcart/runtime';
import { CANCELLED } from './hold-job.ts';
import type { AnyJob } from './queue.ts';

export const createFailureTeller = ({
  store,
  clock,
  log,
}: {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
}) => {
  let telling = Promise.resolve();
  return {
    tell: (
      { id = '', name: job, data, attemptsMade: attempts, finishedOn: at = clock.now() }: AnyJob,
      reason: string,
    ) => {
      const cancelled = reason === CANCELLED || isMarked(data);
      const told = insertFailedJob(store, { id, job, at, cancelled, attempts, reason }).catch((error: unknown) => {
        log.warn({ err: error, jobId: id }, 'failure_not_told');
      });
      telling = telling.then(() => told);
    },
    /** Resolves when what was told until now is there, or given up. */
    settled: () => telling,
  };
};
