import { NextcartError, parsePlan } from '@nextcart/contracts';
import type { Assignment } from '@nextcart/kafka';
import type { Logger } from '@nextcart/runtime';
import type { Lander } from './lander.ts';
import type { RecordSink } from './record-sink.ts';

/**
 * Law 2, on assignment. What the group's plan says, and what the store has of it:
 * - nothing planned: go on at the committed offset.
 * - planned, and its rows are in: complete the views out of the table, go on above. Nothing is judged again, so the
 *   views get what the table has, whatever the catalogue says by now.
 * - planned, and no row is in: read exactly that range again and insert it under the same token.
 * - no plan (the group's offsets are gone, somebody else's commit, the topic was made anew), or the store is further
 *   than the plan (an older copy of the offsets): the store's own position holds, because rows must not be doubled.
 */
export interface Resumption {
  readonly startOffset: number;
  /** A planned range that must be inserted as it was cut; null where there is none. */
  readonly planned: { readonly first: number; readonly last: number } | null;
}

export const resumePartition = async (deps: {
  readonly assignment: Pick<Assignment, 'topicId' | 'partition' | 'start' | 'end' | 'committed'>;
  readonly sink: RecordSink;
  readonly lander: Lander;
  readonly log: Logger;
}): Promise<Resumption> => {
  const { assignment, sink, lander, log } = deps;
  const { topicId, partition, committed, start, end } = assignment;
  const stored = await sink.next(topicId, partition);
  const parsed = committed === null ? null : parsePlan(committed.metadata);
  const plan = parsed?.topicId === topicId ? parsed : null;
  const where = { topicId, partition, committed: committed?.offset ?? null, stored };

  const from = (at: number, planned: Resumption['planned'] = null): Resumption => {
    if (at > end)
      throw new NextcartError('log_moved', `the log ends below what was read of it: was it cut or restored?`, {
        ...{ retry: false, context: { topicId, partition, at, end } },
      });
    if (at < start) log.error({ ...where, from: at, to: start - 1 }, 'records_expired_unread');
    return { startOffset: Math.max(at, start), planned };
  };

  if (plan === null || committed === null || (stored ?? 0) > (plan.last ?? committed.offset - 1) + 1) {
    if (committed !== null) log.warn({ ...where, foreign: plan === null }, 'resumed_from_store');
    const at = stored ?? 0;
    await lander.restore(at, null, null);
    return from(at);
  }
  const first = committed.offset;
  if (plan.last === undefined) {
    await lander.restore(first, plan, null);
    return from(first);
  }
  const range = { topicId, partition, first, last: plan.last };
  const rows = await sink.count(range);
  log.info({ ...range, rows }, 'plan_resumed');
  if (rows === 0) {
    await lander.restore(first, plan, null);
    return from(first, plan.last < start ? null : range);
  }
  await sink.heal(range);
  await lander.restore(plan.last + 1, plan, first);
  return from(plan.last + 1);
};
