import { CELL } from './packed-cells.ts';
import type { SubjectState } from './subject-state.ts';

/**
 * What objects cost in V8 13 (Node 24), measured with flat texts: the state object with its typed array
 * and that array's buffer, beside the array's cells; an array; a short text.
 */
const STATE_BYTES = 320;
const ARRAY_BYTES = 32;
const OFF_HEAP_BYTES = 120;
const ON_HEAP_LIMIT = 64;
const textBytes = (text: string): number => 24 + text.length;

const cellBytes = (cells: Float64Array): number =>
  cells.byteLength + (cells.byteLength > ON_HEAP_LIMIT ? OFF_HEAP_BYTES : 0);

/** Estimate of a state's memory, its texts included; within 20 % of what was measured. */
export const stateBytes = (state: SubjectState): number => {
  let bytes = STATE_BYTES + cellBytes(state.cells) + textBytes(state.subject);
  if (state.sessionId !== null) bytes += textBytes(state.sessionId);
  if (state.texts !== null) {
    bytes += ARRAY_BYTES + 8 * state.texts.length;
    for (const text of state.texts) if (text !== undefined) bytes += textBytes(text);
  }
  for (const block of state.merged ?? []) {
    bytes += STATE_BYTES + cellBytes(block.cells) + block.hidden.length * (1 + 4 + 8 / CELL);
    for (const query of block.queries ?? []) if (query !== undefined) bytes += textBytes(query);
  }
  return bytes;
};
