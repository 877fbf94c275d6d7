import type { ListStamps } from './list-tail-fields.ts';
import type { Recording, SeenEvent } from './recorder.ts';

/** How an event was answered. */
export interface Answer {
  readonly event: SeenEvent;
  /** From when the event was due to the first list that knows it being readable, or to the stamp of "unchanged". */
  readonly latencyMs: number;
  readonly by: 'list' | 'tombstone' | 'unchanged';
  /** Of an answer by a list: made by a release. */
  readonly byModels: boolean;
  /** Of a list that this very event triggered, with the time it was read. */
  readonly stamps: (ListStamps & { readonly readAt: number }) | null;
}

/** [partition, offset, epoch ms] of every event whose list stayed as it is. */
export type UnchangedStamps = Float64Array;

/** "Unchanged" is stamped in whole milliseconds, rounded down; the reader's clock is finer. */
const STAMP_RESOLUTION_MS = 1;

const place = (partition: number, offset: number): string => `${partition}:${offset}`;

/**
 * A sign-in is answered by a record of the scorer's own, a visitor's history for the user, which carries its headers, our
 * due time among them: the later one of that time is marked. Throws where the reader saw fewer events than were sent.
 */
export const tellSignIns = (events: readonly SeenEvent[], sent: number): SeenEvent[] => {
  const planned = new Map<number, SeenEvent>();
  for (const event of events) {
    const other = planned.get(event.due);
    if (other === undefined || event.appendedAt < other.appendedAt) planned.set(event.due, event);
  }
  if (planned.size !== sent) throw new Error(`the reader saw ${planned.size} of the ${sent} events that were sent`);
  return events.map((event) => (planned.get(event.due) === event ? event : { ...event, isSignIn: true }));
};

/** Answers of the events that were due in [from, to), in the order of the log; `missing` has none. */
export const matchAnswers = (
  { events, lists }: Recording,
  unchanged: UnchangedStamps,
  from: number,
  to: number,
): { answers: Answer[]; missing: SeenEvent[] } => {
  const listsOf = Map.groupBy(lists, ({ partition, subject }) => place(partition, 0) + subject);
  const stampOf = new Map<string, number>();
  for (let i = 0; i < unchanged.length; i += 3)
    stampOf.set(place(unchanged[i] as number, unchanged[i + 1] as number), unchanged[i + 2] as number);

  const answerOf = (event: SeenEvent): Answer | undefined => {
    const list = listsOf
      .get(place(event.partition, 0) + event.subject)
      ?.find(({ stamps, readAt }) =>
        stamps === null ? readAt >= event.appendedAt : stamps.triggerOffset >= event.offset,
      );
    const stamp = stampOf.get(place(event.partition, event.offset));
    const stampedAt = stamp === undefined ? Number.POSITIVE_INFINITY : stamp + STAMP_RESOLUTION_MS;
    if (list === undefined || stampedAt < list.readAt) {
      if (stamp === undefined) return undefined;
      return { event, latencyMs: stampedAt - event.due, by: 'unchanged', byModels: false, stamps: null };
    }
    const { stamps, readAt, byModels } = list;
    const own = stamps?.triggerOffset === event.offset ? { ...stamps, readAt } : null;
    return { event, latencyMs: readAt - event.due, by: stamps === null ? 'tombstone' : 'list', byModels, stamps: own };
  };

  const answers: Answer[] = [];
  const missing: SeenEvent[] = [];
  for (const event of events) {
    if (event.due < from || event.due >= to) continue;
    const answer = answerOf(event);
    if (answer === undefined) missing.push(event);
    else answers.push(answer);
  }
  return { answers, missing };
};
