/**
 * Subjects' events as weighted bags, for training and serving alike. Invariants: point in time (events after `asOf` are
 * not looked at); side columns are input alone; a subject's rows do not depend on other subjects; inputs know the events
 * that a state is folded from (`foldStart`), as the bags that are kept at serving do.
 */
import { foldStart } from '../recurrent/fold-windows.ts';
import { type BagEvents, type BagOptions, createEventRows, type EventRow } from './bag-events.ts';
import type { UserEvents } from './explanations.ts';
import { createRowList, type RowEntry } from './row-list.ts';
import type { AutoencoderData } from './training.ts';

/**
 * Inputs [subjects, items + sides] and targets [subjects, items] out of the events up to `asOf`, epoch ms. Ages count
 * from a subject's newest event in inputs, whose length does not matter, so that who was away for years is still known;
 * from `asOf` in targets, where the old shall count less. Throws a RangeError for items, types, times or tokens that do
 * not exist.
 */
export const weightedBags = (events: BagEvents, options: BagOptions, asOf: number): AutoencoderData => {
  const subjectRows = createSubjectRows(events, options, asOf);
  const [inputs, targets] = [createRowList(), createRowList()];
  for (let subject = 0; subject + 1 < events.rowStart.length; subject += 1) {
    const { rows, folded, newest } = subjectRows(subject);
    inputs.add(sumOf(rows.slice(folded), newest));
    targets.add(sumOf(rows, asOf / options.halfLifeMs).filter(([column]) => column < options.items));
  }
  return { inputs: inputs.rows(), targets: targets.rows() };
};

/** The inputs of `weightedBags` event by event, as `explainBags` takes them; rows of events that don't count are empty. */
export const weightedEvents = (events: BagEvents, options: BagOptions, asOf: number): UserEvents => {
  const subjectRows = createSubjectRows(events, options, asOf);
  const list = createRowList();
  const rowStart = new Int32Array(events.rowStart.length);
  for (let subject = 0; subject + 1 < events.rowStart.length; subject += 1) {
    const { rows, folded, newest } = subjectRows(subject);
    for (const row of rows.slice(folded)) list.add(sumOf([row], newest));
    rowStart[subject + 1] = list.size();
  }
  return { rowStart, rows: list.rows() };
};

/** Σ rows by column, in the order of their first appearance, as of `reference` half-lives. */
const sumOf = (rows: readonly (EventRow | undefined)[], reference: number): RowEntry[] => {
  const bag = new Map<number, number>();
  for (const row of rows) {
    if (!row) continue;
    const scale = 2 ** (row.power - reference);
    row.columns.forEach((column, at) => {
      bag.set(column, (bag.get(column) ?? 0) + (row.weights[at] as number) * scale);
    });
  }
  return [...bag];
};

interface SubjectRows {
  /** Of the subject's events up to `asOf`; nothing for one that weighs nothing. */
  readonly rows: readonly (EventRow | undefined)[];
  /** The first of them that inputs know. */
  readonly folded: number;
  /** Whole half-lives of the newest that counts. */
  readonly newest: number;
}

const createSubjectRows = (events: BagEvents, options: BagOptions, asOf: number) => {
  if (!Number.isFinite(asOf)) throw new RangeError(`as of ${asOf}`);
  const eventRows = createEventRows(options);
  return (subject: number): SubjectRows => {
    const rows: (EventRow | undefined)[] = [];
    let newest = -Infinity;
    const end = events.rowStart[subject + 1] as number;
    for (let event = events.rowStart[subject] as number; event < end; event += 1) {
      if ((events.times[event] as number) > asOf) continue;
      const row = eventRows.of(events, event);
      if (row) newest = Math.max(newest, row.power);
      rows.push(row);
    }
    return { rows, folded: foldStart(rows.length), newest };
  };
};
