import { createLogger, createWaiting, systemClock, untilDone } from '@nextcart/runtime';

/** Half an hour of a run is not lost for one connection. */
const ANSWER_MS = 180_000;
const retry = { clock: systemClock, log: createLogger('bench', 'warn'), waiting: createWaiting() };

/** What is asked of the store, asked again while it is away, as services do. */
export const untilAnswered = <T>(ask: () => Promise<T>): Promise<T> =>
  untilDone(retry, 'ClickHouse', AbortSignal.timeout(ANSWER_MS), ask);
