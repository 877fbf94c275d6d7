import { join } from 'node:path';
import type { Sessions } from '@nextcart/models';
import { createNumbering } from '../numbering.ts';
import { findText, readLines } from '../read-text.ts';

/** A file of sessions and one of test pairs, as SR-GNN, NARM and STAMP prepared them; items by number of first appearance. */
export interface SessionFiles {
  readonly items: number;
  /** In the file's order, oldest first; the files hold no times, so a session's time is its place. */
  readonly sessions: readonly Int32Array[];
  readonly test: readonly Prefix[];
}

/** A session so far, and what was clicked next. */
export interface Prefix {
  readonly query: Int32Array;
  readonly target: number;
  /** Which of its file's sessions, from 0. */
  readonly session: number;
}

const [TRAIN, TEST] = ['train_sessions.txt', 'test_pairs.txt'];

/** `folder`: with both files, each of them gzipped or not. */
export const missingSessions = (folder: string): string | undefined => {
  const file = [TRAIN, TEST].map((name) => join(folder, name)).find((path) => findText(path) === undefined);
  return file === undefined
    ? undefined
    : `no '${file}': the sessions and test pairs of SR-GNN (github.com/CRIPAC-DIG/SR-GNN), a line a session, and 'session so far, tab, next item'`;
};

/** Throws 'bad_input' naming a line that is not what it should be. */
export const readSessions = (folder: string): SessionFiles => {
  const items = createNumbering();
  const sessions = readLines(join(folder, TRAIN)).map(({ text }) => Int32Array.from(text.split(/ +/), items.of));
  const pairs = readLines(join(folder, TEST)).map((line): [string, string] => {
    const [query, target, ...more] = line.text.split('\t');
    if (!query || !target || more.length > 0) throw line.refuse('not a session so far, a tab and the next item');
    return [query, target];
  });
  const sessionsOfPairs = sessionNumbers(pairs);
  const test = pairs.map(([query, target], at) => ({
    query: Int32Array.from(query.split(/ +/), items.known),
    target: items.known(target),
    session: sessionsOfPairs[at] as number,
  }));
  return { items: items.size(), sessions, test };
};

/** The files have a session's prefixes one after the other, the longest first: what follows is a prefix less an item. */
export const sessionNumbers = (pairs: readonly (readonly [query: string, target: string])[]): Int32Array => {
  const numbers = new Int32Array(pairs.length);
  pairs.forEach(([query, target], at) => {
    const [before] = pairs[at - 1] ?? [];
    const number = at === 0 ? 0 : (numbers[at - 1] as number);
    numbers[at] = before === undefined || before === `${query} ${target}` ? number : number + 1;
  });
  return numbers;
};

export const packSessions = (lists: readonly Int32Array[]): Sessions => {
  const rowStart = new Int32Array(lists.length + 1);
  lists.forEach((list, row) => void (rowStart[row + 1] = (rowStart[row] as number) + list.length));
  const columns = new Int32Array(rowStart[lists.length] as number);
  lists.forEach((list, row) => {
    columns.set(list, rowStart[row]);
  });
  return { rowStart, columns, endedAt: Float64Array.from(lists, (_, at) => at) };
};

/** Every prefix of some sessions, by the test files' rule: items that `isKnown` refuses are taken out first. */
export const prefixesOf = (lists: readonly Int32Array[], isKnown: (item: number) => boolean): Prefix[] =>
  lists.flatMap((list, session) => {
    const kept = list.filter(isKnown);
    return Array.from({ length: Math.max(0, kept.length - 1) }, (_, at) => ({
      query: kept.subarray(0, at + 1),
      target: kept[at + 1] as number,
      session,
    }));
  });

/** Evenly spaced ones, in order. */
export const thin = <T>(all: readonly T[], atMost: number): readonly T[] =>
  all.length <= atMost
    ? all
    : Array.from({ length: atMost }, (_, at) => all[Math.floor((at * all.length) / atMost)] as T);
