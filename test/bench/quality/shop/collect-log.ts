/**
 * A source read twice: first its deeds and the looks that could be foretold, then, for the looks that were chosen, the
 * truth at the moment before each.
 */
import { createRandom } from '../random.ts';
import { type ChosenLook, chooseLooks, lessonsOf, type TaskSize } from './choose-looks.ts';
import {
  ARRIVAL,
  asks,
  CART,
  type Deeds,
  deedTypes,
  type Known,
  type Look,
  type LookTask,
  type Period,
  type ShopLog,
  TO_CART,
  VIEW,
  VISIT_MS,
} from './shop-log.ts';
import type { ShopSource } from './shop-source.ts';

const DAY_MS = 86_400_000;

export interface LogOptions {
  /** Length of the test, which ends the log, and of the validation before it. */
  readonly testDays: number;
  readonly tasks: readonly TaskSize[];
  /** Looks of each subject and kind of the validation that a ranker may learn from, at most; absent: none. */
  readonly lessons?: number;
  /** Subjects whose needs are looked for, and deeds with an item that they have at least. */
  readonly needs: { readonly subjects: number; readonly deeds: number };
}

/** A moment after a deed, or at an arrival, before anything is known of its truth. */
export interface Candidate {
  /** Number of the deed that comes next in the log, whoever does it. */
  readonly deed: number;
  readonly subject: string;
  readonly at: number;
  readonly history: Int32Array;
  readonly soldOut: Int32Array;
  readonly isArrival: boolean;
  /** The subject's next look in the visit, searches or not in between; −1 as long as there is none. */
  target: number;
  /** EUR that it put into the cart; 0: nothing. */
  amount: number;
}

export const collectLog = (source: ShopSource, options: LogOptions): ShopLog => {
  const testFrom = source.startAt + (source.days - options.testDays) * DAY_MS;
  const validationFrom = testFrom - options.testDays * DAY_MS;
  const { deeds, candidates, known } = firstReading(source, [validationFrom, testFrom]);
  const early = candidates.filter(({ at }) => at < testFrom);
  const chosen = [
    chooseLooks(
      early,
      deeds,
      options.tasks.map((task) => ({ ...task, subjects: task.validation })),
    ),
    chooseLooks(
      candidates.filter(({ at }) => at >= testFrom),
      deeds,
      options.tasks,
    ),
  ];
  const { lessons: most } = options;
  const lessons = most === undefined ? [] : asks.map((name) => ({ name, looks: lessonsOf(early, deeds, name, most) }));
  const wanted = new Map<number, Set<Candidate>>();
  for (const tasks of [...chosen, lessons])
    for (const { looks } of tasks)
      for (const { candidate } of looks)
        wanted.set(candidate.deed, (wanted.get(candidate.deed) ?? new Set()).add(candidate));
  const found = new Map<Candidate, ReadonlyMap<number, Look>>();
  const needs = secondReading(source, { wanted, found }, testFrom, known[1] as Known, options.needs);
  const looksOf = (looks: readonly ChosenLook[]): Look[] =>
    looks.map(({ candidate, ask }) => found.get(candidate)?.get(ask) as Look);
  const periods = chosen.map(
    (tasks, at): Period => ({
      known: known[at] as Known,
      tasks: tasks.map(({ name, looks }): LookTask => ({ name, looks: looksOf(looks) })),
      lessons: at === 0 ? lessons.flatMap(({ looks }) => looksOf(looks)) : [],
    }),
  );
  return { validation: periods[0] as Period, test: periods[1] as Period, needs };
};

/** Deeds as columns, histories as they are at some times, and every moment with a next look from the first of these times on. */
const firstReading = (source: ShopSource, cuts: readonly number[]) => {
  const columns = {
    times: [] as number[],
    types: [] as number[],
    items: [] as number[],
    queries: [] as (string | null)[],
    amounts: [] as number[],
  };
  const histories = new Map<string, number[]>();
  const historyOf = (subject: string): number[] => {
    const found = histories.get(subject) ?? [];
    histories.set(subject, found);
    return found;
  };
  const soldOut = new Set<number>();
  let missing: Int32Array | undefined;
  const candidates: Candidate[] = [];
  /** Of each subject, those of the visit whose next look is still to come, then those that led to the last look. */
  const waiting = new Map<string, Candidate[]>();
  const answered = new Map<string, readonly Candidate[]>();
  const known: (readonly Int32Array[])[] = [];
  for (const record of source.records()) {
    while (known.length < cuts.length && record.at >= (cuts[known.length] as number))
      known.push([...histories.values()].filter(({ length }) => length > 0).map((list) => Int32Array.from(list)));
    if (record.kind === 'stock') {
      if (record.isSoldOut) soldOut.add(record.item);
      else soldOut.delete(record.item);
      missing = undefined;
    } else if (record.kind === 'identified') {
      const before = historyOf(record.visitor).splice(0);
      const merged = [...historyOf(record.user), ...before].sort((a, b) => a - b);
      histories.set(record.user, merged);
      waiting.set(record.user, []);
    } else {
      const { subject, at, item, amount } = record;
      const type = deedTypes.indexOf(record.type);
      const deed = columns.times.length;
      const history = historyOf(subject);
      const before = history.at(-1);
      const isArrival = before === undefined || at - (columns.times[before] as number) > VISIT_MS;
      const candidate = (next: number): Candidate => ({
        deed: next,
        subject,
        at,
        history: Int32Array.from(history),
        soldOut: (missing ??= Int32Array.from(soldOut)),
        isArrival: next === deed,
        target: -1,
        amount: 0,
      });
      const isAsked = at >= (cuts[0] as number);
      if (isArrival) waiting.set(subject, isAsked ? [candidate(deed)] : []);
      const open = waiting.get(subject) ?? [];
      if (type === VIEW) {
        for (const one of open) one.target = item;
        // what came back into stock since the moment could not have been foretold
        candidates.push(...open.filter((one) => !one.soldOut.includes(item)));
        answered.set(subject, open);
        waiting.set(subject, []);
      }
      // a cart follows its look at once
      if (type === CART && before !== undefined && columns.items[before] === item)
        for (const one of answered.get(subject) ?? []) one.amount = amount;
      columns.times.push(at);
      columns.types.push(type);
      columns.items.push(item);
      columns.queries.push(record.query);
      columns.amounts.push(amount);
      history.push(deed);
      if (isAsked) waiting.get(subject)?.push(candidate(deed + 1));
    }
  }
  const deeds: Deeds = {
    times: Float64Array.from(columns.times),
    types: Uint8Array.from(columns.types),
    items: Int32Array.from(columns.items),
    queries: columns.queries,
    amounts: Float64Array.from(columns.amounts),
  };
  return {
    deeds,
    candidates,
    known: cuts.map(
      (until, at): Known => ({
        items: source.items,
        deeds,
        until,
        histories: known[at] ?? [],
      }),
    ),
  };
};

/** Finds the looks that are wanted; gives the true needs at a time. */
const secondReading = (
  source: ShopSource,
  {
    wanted,
    found,
  }: {
    readonly wanted: ReadonlyMap<number, ReadonlySet<Candidate>>;
    readonly found: Map<Candidate, ReadonlyMap<number, Look>>;
  },
  needsAt: number,
  known: Known,
  options: LogOptions['needs'],
): ShopLog['needs'] => {
  const looksAt = (candidate: Candidate): ReadonlyMap<number, Look> => {
    const { subject, at, history, soldOut, target, amount, isArrival } = candidate;
    const rest = { subject, at, history, soldOut, target, amount };
    const chances = Float64Array.from(source.lookChances(candidate.subject, candidate.at));
    const ask = isArrival ? ARRIVAL : 0;
    const looks = new Map([[ask, { ...rest, ask, chances: Float32Array.from(chances) }]]);
    if (candidate.amount === 0) return looks;
    const carts = source.cartChances(candidate.subject, candidate.at);
    const both = Float32Array.from(chances, (chance, item) => chance * (carts[item] as number));
    return looks.set(TO_CART, { ...rest, ask: TO_CART, chances: both });
  };
  const subjects: string[] = [];
  const answer = () => {
    for (const candidate of wanted.get(subjects.length) ?? []) found.set(candidate, looksAt(candidate));
  };
  for (const record of source.records()) {
    if (record.kind !== 'deed') continue;
    subjects.push(record.subject);
    answer();
  }
  const random = createRandom(1);
  const some = known.histories
    .filter((history) => history.filter((at) => (known.deeds.items[at] as number) >= 0).length >= options.deeds)
    .map((history) => ({ history, order: random() }))
    .sort((a, b) => a.order - b.order)
    .slice(0, options.subjects)
    .map(({ history }) => history);
  if (some.length < options.subjects)
    throw new RangeError(`${some.length} subjects have ${options.deeds} deeds, not ${options.subjects}`);
  // a merged history is the user's: its newest deed names it
  const shares = some.map((history) => source.needsOf(subjects[history.at(-1) as number] as string, needsAt));
  return {
    histories: some,
    shares: Float64Array.from(shares.flatMap((row) => Array.from(row))),
    width: shares[0]?.length ?? 0,
  };
};
