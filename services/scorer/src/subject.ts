import { eventTypes, type ItemIndex } from '@nextcart/contracts';
import { type FoldEvent, foldEvent, isSignedIn, lastOffset, ownerOf, type SubjectState } from '@nextcart/events';
import type { OutgoingRecord } from '@nextcart/kafka';
import type { ModelMemory } from '@nextcart/ranking';
import type { KeyTable } from './key-table.ts';
import type { LastLists } from './last-lists.ts';

/** An event on its way into a state, with the stamps that its list will carry. */
export interface StampedEvent extends FoldEvent {
  /** Epoch ms. */
  readonly appendedAt: number;
  readonly receivedAt: number;
  readonly stateAt: number;
  /** Of an identify that is to be answered (not of one folded silently): what its history record must carry on. */
  readonly answer: { readonly headers: Readonly<Record<string, Buffer>> | undefined } | null;
}

/** What the scorer holds of a partition that it owns. */
export interface Home {
  readonly partition: number;
  readonly topicId: string;
  subjects: KeyTable<Subject>;
  readonly lists: LastLists;
  /** Works that are neither published nor found unchanged. */
  readonly open: Set<Work>;
  /** Keys whose newest list was made without models because too many waited. */
  readonly owed: Set<string>;
  /** Works that wait until the partition's lists have been read back. */
  readonly held: Work[];
  /** Law 5's S: the store has all below, the process has folded all between it and `next`. */
  safe: number;
  /** Next offset to be folded. */
  next: number;
  /** The group's offset at the assignment: events below are folded silently, for they were answered. */
  readonly answerFrom: number;
  /** End of the log at the assignment. */
  readonly end: number;
  /** The partition's lists have been read back, or have taken too long. */
  learned: boolean;
  /** They have been read back: a key that is not in `lists` has none. */
  readBack: boolean;
  /** Another member may own the partition: nothing of it may be written. */
  closed: boolean;
}

/**
 * A subject in memory. Cold: `state` is null and `tail` holds its events from `bound` on, a value that S had; the store
 * has the ones below. Warm: `state` has everything.
 */
export interface Subject {
  readonly key: string;
  readonly home: Home;
  state: SubjectState | null;
  /** What the models of a release keep of it; null until they are asked. */
  memory: ModelMemory | null;
  /** The same of the release that is interleaved. */
  secondMemory: ModelMemory | null;
  tail: StampedEvent[];
  bound: number;
  /** Of the newest event. */
  eventTime: number;
  appendedAt: number;
  receivedAt: number;
  stateAt: number;
  /** What waits to be ranked; null where nothing does. */
  work: Work | null;
  /** Works that were taken and are not answered yet. */
  inFlight: number;
  /** Used since the last look for subjects to evict. */
  touched: boolean;
}

/** A list to be made. Events join it until it is taken. */
export interface Work {
  readonly subject: Subject;
  /** Offset and append time of each trigger, alternating: what a commit waits for. Empty for a refresh. */
  readonly triggers: number[];
  /** Of a refresh that was taken: events from this offset on may find that its list shows what they ask for, before it is out. */
  laterFrom: number;
  /** Publish although nothing changed: a stale list stands in the log. */
  forced: boolean;
  /** Asked for because the subject's visit has ended; an event that joins begins another. */
  visitEnded: boolean;
  /** History records that an identify asks for; they go with the list. */
  readonly extra: OutgoingRecord[];
}

export const createSubject = (key: string, home: Home): Subject => ({
  key,
  home,
  state: null,
  memory: null,
  secondMemory: null,
  tail: [],
  bound: home.safe,
  eventTime: 0,
  appendedAt: 0,
  receivedAt: 0,
  stateAt: 0,
  work: null,
  inFlight: 0,
  touched: true,
});

const IDENTIFY = eventTypes.indexOf('identify');

/** Asked with the visitor's state before the identify. */
export type AnswerIdentify = (subject: Subject, event: StampedEvent) => void;

/**
 * Folds an event into a warm subject. `onIdentify` is called before an identify that names a user who does not have
 * this visitor's history yet; a visitor without events, or one that is that user already (or goes by the same id), has
 * nothing to hand over.
 */
export const foldInto = (subject: Subject, event: StampedEvent, items: ItemIndex, onIdentify: AnswerIdentify): void => {
  const state = subject.state as SubjectState;
  if (event.type === IDENTIFY && event.answer !== null && event.userId !== null && state.count > 0)
    if (event.userId !== subject.key && !(isSignedIn(state) && ownerOf(state) === event.userId))
      onIdentify(subject, event);
  if (!foldEvent(state, event, items)) return;
  stamp(subject, event);
};

export const stamp = (subject: Subject, event: Omit<StampedEvent, keyof FoldEvent> & { eventTime: number }): void => {
  subject.eventTime = event.eventTime;
  subject.appendedAt = event.appendedAt;
  subject.receivedAt = event.receivedAt;
  subject.stateAt = event.stateAt;
};

/** Offset of the newest event that is known in memory, or -1. */
export const newestOffset = (subject: Subject): number =>
  subject.state === null ? (subject.tail.at(-1)?.offset ?? -1) : lastOffset(subject.state);

/** Before that a state may be older than the list that stands in the log: what is made again by it would change nothing, or set it back. */
export const isFolded = ({ closed, learned, next, end }: Home): boolean => !closed && learned && next >= end;

/** First offset of the partition whose trigger may still get a list, or needs one that is on its way. */
export const answeredBelow = ({ open, next, answerFrom }: Home): number => {
  let low = Math.max(next, answerFrom);
  for (const { triggers, laterFrom } of open) low = Math.min(low, triggers[0] ?? laterFrom);
  return low;
};
