import { MAX_FOLDED, type SubjectHistory } from '@nextcart/contracts';
import type { MergedBlock } from './merged-history.ts';
import { CELL, itemOfCell, opensSession, typeOfCell } from './packed-cells.ts';
import { HISTORY, lengthOf, SEARCH, type SubjectState } from './subject-state.ts';

/** A SubjectHistory with room for 127 cells, filled again and again. */
export interface HistoryView extends SubjectHistory {
  subject: string;
  count: number;
  length: number;
  queries: (string | undefined)[];
}

export const createHistoryView = (): HistoryView => ({
  subject: '',
  count: 0,
  length: 0,
  items: new Int32Array(MAX_FOLDED),
  types: new Uint8Array(MAX_FOLDED),
  times: new Float64Array(MAX_FOLDED),
  offsets: new Float64Array(MAX_FOLDED),
  sessions: new Int32Array(MAX_FOLDED),
  queries: new Array<string | undefined>(MAX_FOLDED).fill(undefined),
});

const shownOf = (block: MergedBlock): number => {
  let shown = 0;
  for (const hidden of block.hidden) shown += 1 - hidden;
  return shown;
};

/**
 * The columns of a state. A history record's own cell does not show; the visitor's events show in its place, but for
 * those that an earlier record of the fold brought, with the record's offset, opening a session of their own. Of more
 * than 127 cells the newest 127 show. Sessions count from 0 at the first cell that shows.
 */
export const readHistory = (state: SubjectState, out: HistoryView): HistoryView => {
  const { cells, texts, merged } = state;
  const own = lengthOf(state);
  let total = own;
  if (merged !== null) for (const block of merged) total += shownOf(block);
  if (merged !== null || state.count > 0)
    for (let cell = 0; cell < own; cell += 1) if (typeOfCell(cells[CELL * cell + 2] as number) === HISTORY) total -= 1;

  let skip = Math.max(0, total - MAX_FOLDED);
  let at = 0;
  let session = 0;
  let opens = false;
  /** Shows one event, unless it is older than the newest 127. `opens` gathers cuts of cells that don't show. */
  const show = (packed: number, time: number, offset: number, query: string | undefined): void => {
    if (skip > 0) {
      skip -= 1;
      return;
    }
    if (opens && at > 0) session += 1;
    opens = false;
    out.items[at] = itemOfCell(packed);
    out.types[at] = typeOfCell(packed);
    out.times[at] = time;
    out.offsets[at] = offset;
    out.sessions[at] = session;
    out.queries[at] = query;
    at += 1;
  };
  const showBlock = (block: MergedBlock, offset: number): void => {
    let first = true;
    for (let i = 0; i < block.hidden.length; i += 1) {
      const packed = block.cells[CELL * i + 2] as number;
      opens = opens || opensSession(packed);
      if (block.hidden[i] === 1) continue;
      opens = opens || first;
      first = false;
      show(packed, block.cells[CELL * i] as number, offset, block.queries?.[i]);
    }
  };

  let next = 0;
  for (let cell = 0; cell < own; cell += 1) {
    const packed = cells[CELL * cell + 2] as number;
    const offset = cells[CELL * cell + 1] as number;
    const type = typeOfCell(packed);
    opens = opens || opensSession(packed);
    if (type !== HISTORY) {
      show(packed, cells[CELL * cell] as number, offset, type === SEARCH ? texts?.[cell] : undefined);
      continue;
    }
    const block = merged?.[next];
    if (block?.cell === cell) {
      showBlock(block, offset);
      next += 1;
    }
  }
  for (let cell = at; cell < out.length; cell += 1) out.queries[cell] = undefined;
  out.subject = state.subject;
  out.count = state.count;
  out.length = at;
  return out;
};
