/**
 * What contenders are measured by: a cart or a purchase, asked for with what its subject had done before they first looked
 * at the item in that session, as serving would have been asked. Later a list can only repeat what is on the screen, and
 * whoever does that best would win (decision 22). Invariants: point in time, so that nothing that came after changes a
 * request; the same slice gives the same requests in the same order.
 */
import {
  type HistoryRow,
  readPartitionHistories,
  readSliceHistories,
  readTargets,
  type Store,
  type StoredHistory,
  type TargetSubject,
} from '@nextcart/clickhouse';
import { foldStart, type ItemIndex, type LogSlice, SESSION_GAP_MS } from '@nextcart/contracts';
import { createHistoryView, type HistoryView, readHistory, rebuildState, type SubjectState } from '@nextcart/events';
import { momentOf } from '@nextcart/ranking';

export interface MeasuringRequest {
  /** Place among the subjects that are measured, from 0, rising. */
  readonly subject: number;
  readonly state: SubjectState;
  /** That of the list that would have been shown (ranking's visit.ts), epoch ms. */
  readonly now: number;
  /** Whether the visit of the history's newest event was over: nothing had been done in the one that asks. */
  readonly visitEnded: boolean;
  /** Id of the item that was put in the cart or bought. */
  readonly target: string;
  /** Whether nothing in the history is of that item. */
  readonly isNew: boolean;
  /** Whether it was bought in the end, in that session and within the slice. */
  readonly isBought: boolean;
  /** For that item within the slice, in the base currency. */
  readonly paid: number;
}

export interface MeasuringRequests {
  readonly requests: readonly MeasuringRequest[];
  /** Subjects with a request. */
  readonly subjects: number;
  /** Carts and purchases left out: nothing was known of who asked, or their question was asked already. */
  readonly leftOut: number;
}

/** Subjects of a partition that share a query. */
const SUBJECTS_A_QUERY = 500;

/** Items of the requests come into the index. `attempt` stands around each query. */
export const readRequests = async (
  deps: { readonly store: Store; readonly attempt: <T>(query: () => Promise<T>) => Promise<T> },
  log: { readonly topicId: string; readonly slice: readonly LogSlice[] },
  sample: { readonly maxSubjects: number; readonly perSubject: number },
  index: ItemIndex,
): Promise<MeasuringRequests> => {
  const { store, attempt } = deps;
  const { topicId, slice } = log;
  const found = await attempt(() => readTargets(store, topicId, slice, sample));
  const requests: MeasuringRequest[] = [];
  let [subjects, leftOut] = [0, 0];
  const add = (subject: TargetSubject, before: StoredHistory, within: readonly HistoryRow[]) => {
    const made = requestsOf(subject, before, within, index);
    leftOut += subject.targets.length - made.length;
    if (made.length === 0) return;
    for (const request of made) requests.push({ ...request, subject: subjects });
    subjects += 1;
  };
  for (const part of slice) {
    const here = found.filter(({ partition }) => partition === part.partition);
    for (let start = 0; start < here.length; start += SUBJECTS_A_QUERY) {
      const some = here.slice(start, start + SUBJECTS_A_QUERY);
      const names = some.map(({ subject }) => subject);
      const group = { partition: part.partition, before: part.from, subjects: names };
      const [histories] = await attempt(() => readPartitionHistories(store, topicId, [group]));
      const within = await attempt(() => readSliceHistories(store, topicId, part, names));
      for (const subject of some)
        add(subject, histories?.get(subject.subject) ?? NOTHING, within.get(subject.subject) ?? []);
    }
  }
  return { requests, subjects, leftOut };
};

const NOTHING: StoredHistory = { count: 0, rows: [] };

/** Of one subject, those that have a history, each once. `before`: what was before the slice, `within`: rows in it. */
const requestsOf = (
  { subject, targets }: TargetSubject,
  before: StoredHistory,
  within: readonly HistoryRow[],
  index: ItemIndex,
): Omit<MeasuringRequest, 'subject'>[] => {
  const asked = new Set<string>();
  return targets.flatMap(({ offset, item, paid }) => {
    const place = within.findIndex((row) => row.offset === offset);
    if (place === -1) return []; // beyond what is read of a subject
    const known = [...before.rows, ...within.slice(0, place + 1)];
    const rows = known.slice(0, firstLookOf(known, item));
    const count = before.count + place + 1 - (known.length - rows.length);
    const newest = rows.at(-1);
    // put in the cart and bought: one question
    const question = `${count} ${item}`;
    if (newest === undefined || asked.has(question) || rows.length < count - foldStart(count)) return [];
    asked.add(question);
    const state = rebuildState(subject, count, rows, index);
    const { length, items } = readHistory(state, view);
    if (length === 0) return [];
    const isNew = !items.subarray(0, length).includes(index.add(item));
    const visitEnded = (known[rows.length] as HistoryRow).event_time - newest.event_time > SESSION_GAP_MS;
    const moment = momentOf(newest.event_time, visitEnded);
    return [{ state, ...moment, target: item, isNew, isBought: isBought(within, place), paid }];
  });
};

/** Whether the item of a row was bought, by that row or a later one of its session. */
const isBought = (rows: readonly HistoryRow[], place: number): boolean => {
  const item = rows[place]?.item_id;
  for (let at = place; at < rows.length; at += 1) {
    const [row, before] = [rows[at], rows[at - 1]] as [HistoryRow, HistoryRow];
    if (at > place && row.event_time - before.event_time > SESSION_GAP_MS) return false;
    if (row.item_id === item && row.event_type === 'purchase') return true;
  }
  return false;
};

/** Place of the first event with the item in the session of the last of the rows, which has it. */
const firstLookOf = (rows: readonly HistoryRow[], item: string): number => {
  let first = rows.length - 1;
  for (let at = first - 1; at >= 0; at -= 1) {
    const [row, next] = [rows[at], rows[at + 1]] as [HistoryRow, HistoryRow];
    if (next.event_time - row.event_time > SESSION_GAP_MS) break;
    if (row.item_id === item) first = at;
  }
  return first;
};

const view: HistoryView = createHistoryView();
