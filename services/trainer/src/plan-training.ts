import { readPositions, type Store } from '@nextcart/clickhouse';
import type { PlanPayload, PlanResult, TrainPayload } from '@nextcart/contracts';

/** A training of all that the store has by now: each partition from its beginning to its newest row. */
export const planTraining = async (
  {
    store,
    topicId,
    train,
  }: {
    readonly store: Store;
    /** Of the events' topic. */
    readonly topicId: () => Promise<string>;
    readonly train: (payload: TrainPayload) => Promise<string>;
  },
  plan: PlanPayload,
): Promise<PlanResult> => {
  const topic = await topicId();
  const positions = await readPositions(store, 'events', topic);
  if (positions.length === 0) return { jobId: null };
  const ranges = positions.map(({ partition, next }) => ({ partition, from: 0, to: next }));
  return { jobId: await train({ ...plan, topicId: topic, ranges }) };
};
