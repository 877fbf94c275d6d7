import {
  type NumberedRow,
  type PublishedList,
  readTriggerHistories,
  type Store,
  type TriggeredSubject,
} from '@nextcart/clickhouse';
import type { ItemIndex } from '@nextcart/contracts';
import { rebuildState, type SubjectState } from '@nextcart/events';

/** Nobody's: `*` and `item:ID`. */
export const isNobodys = ({ triggerOffset }: PublishedList): boolean => triggerOffset < 0;

/** Subjects of some lists of one partition, each once, with its first and last trigger. */
export const triggeredSubjects = (lists: readonly PublishedList[]): TriggeredSubject[] => {
  const bounds = new Map<string, { subject: string; first: number; last: number }>();
  for (const list of lists) {
    if (isNobodys(list)) continue;
    const { subject, triggerOffset } = list;
    const known = bounds.get(subject);
    if (known === undefined) bounds.set(subject, { subject, first: triggerOffset, last: triggerOffset });
    else {
      known.first = Math.min(known.first, triggerOffset);
      known.last = Math.max(known.last, triggerOffset);
    }
  }
  return [...bounds.values()];
};

/** A subject as its list knew it (law 5). */
export interface TriggerState {
  readonly state: SubjectState;
  /** Epoch ms, of the trigger. */
  readonly eventTime: number;
}

/**
 * The folds at the triggers of some lists of one partition, in their order, each folded anew from the store's rows; null
 * for lists that are nobody's, and where the store does not have the trigger.
 */
export const readTriggerStates = async (
  deps: { readonly store: Store; readonly topicId: string; readonly index: ItemIndex },
  partition: number,
  lists: readonly PublishedList[],
): Promise<(TriggerState | null)[]> => {
  const histories = await readTriggerHistories(deps.store, deps.topicId, partition, triggeredSubjects(lists));
  return lists.map((list) => {
    const rows = histories.get(list.subject) ?? [];
    const at = isNobodys(list) ? -1 : rows.findLastIndex(({ offset }) => offset === list.triggerOffset);
    if (at === -1) return null;
    const trigger = rows[at] as NumberedRow;
    const state = rebuildState(list.subject, trigger.number, rows.slice(0, at + 1), deps.index);
    return { state, eventTime: trigger.event_time };
  });
};
