import type { Writable } from '@nextcart/contracts';
import { createKeyTable } from './key-table.ts';
import type { ScorerOptions } from './options.ts';
import { createSubject, type Home, newestOffset, type Subject } from './subject.ts';

/**
 * Subjects in memory, bounded over all partitions. Only subjects wholly below S may go (law 5): the store has all of
 * their events, so that they can be made again. Who was not used since the last look goes first (second chance).
 */
export interface SubjectPool {
  readonly size: number;
  readonly evicted: number;
  /** The subject in memory, or a cold one. */
  get(home: Home, key: string): Subject;
  /** True where far more subjects are held than may be, because none could go: the store is behind or away. */
  isFull(): boolean;
  /** Looks for subjects of a partition that can go by now. */
  shrink(home: Home): void;
  /** Forgets a partition. */
  drop(home: Home): void;
}

/** Subjects looked at for each new one, once the pool is full: more than one, so that a burst is worked off. */
const LOOKS = 8;
/** Looks while reading is held up. */
const MANY_LOOKS = 10_000;
/** Beyond the bound by this share, and by these many (one batch of records), nothing more is read. */
const BEYOND_SHARE = 1.25;
const BEYOND = 2000;

const mayGo = (subject: Subject): boolean =>
  subject.work === null && subject.inFlight === 0 && newestOffset(subject) < subject.home.safe;

export const createSubjectPool = (options: Pick<ScorerOptions, 'maxSubjects'>): SubjectPool => {
  const evict = (home: Home, atMost: number) => {
    // each once
    const most = Math.min(atMost, home.subjects.size);
    for (let looks = 0; looks < most && pool.size >= options.maxSubjects; looks += 1) {
      const subject = home.subjects.turn() as Subject;
      if (!subject.touched && mayGo(subject)) {
        home.subjects.delete(subject.key);
        pool.size -= 1;
        pool.evicted += 1;
      }
      subject.touched = false;
    }
  };

  const pool: Writable<SubjectPool> = {
    size: 0,
    evicted: 0,
    isFull: () => pool.size > BEYOND_SHARE * options.maxSubjects + BEYOND,
    shrink: (home) => evict(home, MANY_LOOKS),
    get: (home, key) => {
      const known = home.subjects.get(key);
      if (known !== undefined) {
        known.touched = true;
        // a cold one that nobody asked for may have fallen below S: its events need not be held any longer
        if (known.state === null && known.tail.length > 0 && mayGo(known)) {
          known.tail = [];
          known.bound = home.safe;
        }
        return known;
      }
      if (pool.size >= options.maxSubjects) evict(home, LOOKS);
      const subject = createSubject(key, home);
      home.subjects.add(subject);
      pool.size += 1;
      return subject;
    },
    drop: (home) => {
      pool.size -= home.subjects.size;
      home.subjects = createKeyTable();
    },
  };
  return pool;
};
