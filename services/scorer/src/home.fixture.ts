import { createSubjectState } from '@nextcart/events';
import { createKeyTable } from './key-table.ts';
import { createLastLists } from './last-lists.ts';
import type { Home, Subject } from './subject.ts';

/** An owned partition of which nothing was read yet. */
export const homeOf = (over: Partial<Home> = {}): Home => ({
  partition: 0,
  topicId: '11111111-1111-4111-8111-111111111111',
  subjects: createKeyTable(),
  lists: createLastLists(),
  open: new Set(),
  owed: new Set(),
  held: [],
  safe: 0,
  next: 0,
  answerFrom: 0,
  end: 0,
  learned: true,
  readBack: true,
  closed: false,
  ...over,
});

/** Makes a subject warm, without any event. */
export const warm = (subject: Subject): Subject => {
  subject.state = createSubjectState(subject.key);
  return subject;
};
