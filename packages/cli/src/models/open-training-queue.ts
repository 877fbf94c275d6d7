import { TRAINING_QUEUE } from '@nextcart/contracts';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';

export interface OpenQueue {
  readonly queue: Queue;
  close(): Promise<void>;
}

/** The trainers' queue. Throws an Error with the cure where Redis does not answer. */
export const openTrainingQueue = async (url: string, prefix: string): Promise<OpenQueue> => {
  const redis = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 1, retryStrategy: () => null });
  let reason = '';
  redis.on('error', (error: Error) => (reason ||= error.message));
  try {
    await redis.connect();
  } catch (error) {
    redis.disconnect();
    const { host } = new URL(url);
    throw new Error(
      `Redis at ${host} does not answer: ${reason || (error as Error).message}. Start the local stack (npm start), or correct REDIS_URL`,
      { cause: error },
    );
  }
  const queue = new Queue(TRAINING_QUEUE, { connection: redis, prefix });
  queue.on('error', () => {}); // told by the connection
  return {
    queue,
    close: async () => {
      await queue.close();
      redis.disconnect();
    },
  };
};
