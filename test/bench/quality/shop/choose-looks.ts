import { createRandom } from '../random.ts';
import type { Candidate } from './collect-log.ts';
import { ARRIVAL, type asks, type Deeds, SEARCH, TO_CART } from './shop-log.ts';

export type TaskName = 'next' | 'arrival' | 'cart' | 'cold' | 'one search';

export interface TaskSize {
  readonly name: TaskName;
  readonly subjects: number;
  /** Subjects of the validation, of which a model that learns is measured after every epoch. */
  readonly validation: number;
  /** Looks of a subject, at most. */
  readonly looks: number;
}

/** A subject with fewer deeds is cold. */
export const COLD = 5;

const isOf = ({ isArrival, amount, history }: Candidate, name: TaskName, { types }: Deeds): boolean => {
  switch (name) {
    case 'next':
      return !isArrival;
    case 'arrival':
      return isArrival;
    case 'cart':
      return amount > 0;
    case 'cold':
      return !isArrival && history.length < COLD;
    case 'one search':
      return history.length === 1 && types[history[0] as number] === SEARCH && !isArrival;
  }
};

export interface ChosenLook {
  readonly candidate: Candidate;
  readonly ask: number;
}

/**
 * So many subjects for each task, drawn by chance, and some of their looks: always equally many subjects, so that runs of
 * several seeds can be laid side by side. Throws a RangeError where a shop has too few.
 */
export const chooseLooks = (
  candidates: readonly Candidate[],
  deeds: Deeds,
  tasks: readonly TaskSize[],
): { readonly name: string; readonly looks: readonly ChosenLook[] }[] =>
  tasks.map(({ name, subjects, looks }) => {
    const found = bySubject(candidates, deeds, name);
    if (found.length < subjects)
      throw new RangeError(`the shop has ${found.length} subjects for '${name}', not ${subjects}`);
    return {
      name,
      looks: found.slice(0, subjects).flatMap((all) => evenly(all, looks).map((one) => asked(one, name))),
    };
  });

/** Some looks of a kind of every subject. */
export const lessonsOf = (
  candidates: readonly Candidate[],
  deeds: Deeds,
  name: (typeof asks)[number],
  looks: number,
): ChosenLook[] =>
  bySubject(candidates, deeds, name).flatMap((all) => evenly(all, looks).map((one) => asked(one, name)));

const asked = (candidate: Candidate, name: TaskName): ChosenLook => ({
  candidate,
  ask: name === 'cart' ? TO_CART : candidate.isArrival ? ARRIVAL : 0,
});

/** Subjects in an order by chance. */
const bySubject = (candidates: readonly Candidate[], deeds: Deeds, name: TaskName): Candidate[][] => {
  const random = createRandom(1);
  const subjects = new Map<string, { readonly order: number; readonly all: Candidate[] }>();
  for (const candidate of candidates) {
    if (!isOf(candidate, name, deeds)) continue;
    const found = subjects.get(candidate.subject) ?? { order: random(), all: [] };
    subjects.set(candidate.subject, found);
    found.all.push(candidate);
  }
  return [...subjects.values()].sort((a, b) => a.order - b.order).map(({ all }) => all);
};

const evenly = <T>(all: readonly T[], most: number): T[] =>
  all.length <= most
    ? [...all]
    : Array.from({ length: most }, (_, at) => all[Math.floor(((at + 0.5) * all.length) / most)] as T);
