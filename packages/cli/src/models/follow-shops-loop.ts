import { systemClock } from '@nextcart/runtime';
import type { Connections } from '../connect.ts';
import { lookText } from './follow-cycle.ts';
import { followLoop } from './follow-loop.ts';
import { openCycleQueue } from './training-queue.ts';

/** The loop of the servers that a command is connected with; without a Redis nobody knows what is being learned. */
export const followShopsLoop = async (
  { env, store }: Connections,
  signal: AbortSignal,
  tell: (lines: readonly string[]) => void,
): Promise<void> => {
  const { REDIS_URL, TRAINER_QUEUE_PREFIX, SCORER_HOLD_OUT: share, SCORER_HOLD_OUT_SALT: salt } = env;
  const queue = REDIS_URL ? await openCycleQueue(REDIS_URL, TRAINER_QUEUE_PREFIX).catch(() => undefined) : undefined;
  const training = async (): Promise<string | undefined> => {
    const cycle = await queue?.current().catch(() => undefined); // a Redis that went away takes its line with it, no other
    return cycle && lookText(cycle);
  };
  try {
    await followLoop({ store: store(), clock: systemClock, holdOut: { share, salt }, training }, signal, tell);
  } finally {
    await queue?.close();
  }
};
