import { type EventType, eventTypes, type SubjectHistory } from '@nextcart/contracts';
import type { RankingConfiguration } from './configuration.ts';

/**
 * Invariants: an event's weight depends on its own type and age alone, so taking another event away changes nothing but
 * the mass; √ is exact in IEEE 754, so weights agree on every machine.
 */
export interface Attention {
  /** Events that say something, oldest first. */
  readonly length: number;
  /** [length] cells of the history; this and the others may be longer than what is used. */
  readonly cells: Int32Array;
  /** [length] item index, or -1 for a search. */
  readonly items: Int32Array;
  /** [length] index in `eventTypes`. */
  readonly types: Uint8Array;
  /** [length] > 0. */
  readonly weights: Float64Array;
  /** Sum of the weights, and the prior: what weighted means are divided by. */
  readonly total: number;
}

/** Numbers by event type as an array over `eventTypes`. */
export const byEventType = (numbers: Readonly<Partial<Record<EventType, number>>>): Float64Array =>
  Float64Array.from(eventTypes, (type) => numbers[type] ?? 0);

/** An attention to be filled, for one subject after another. */
export interface AttentionBuffer extends Attention {
  length: number;
  total: number;
}
/** Most subjects' histories fit. */
const FIRST_EVENTS = 128;

export const createAttentionBuffer = (size = FIRST_EVENTS): AttentionBuffer => ({
  length: 0,
  cells: new Int32Array(size),
  items: new Int32Array(size),
  types: new Uint8Array(size),
  weights: new Float64Array(size),
  total: 0,
});

export const createAttentionReader = (configuration: RankingConfiguration['attention']) => {
  const { agingMs, prior } = configuration;
  const byType = byEventType(configuration.byType);
  /** Fills a buffer that is not read any longer; returns another where that is too small. */
  return (history: SubjectHistory, now: number, buffer?: AttentionBuffer): AttentionBuffer => {
    const fits = buffer !== undefined && buffer.cells.length >= history.length;
    const out = fits ? buffer : createAttentionBuffer(history.length);
    const { cells, items, types, weights } = out;
    let length = 0;
    let mass = 0;
    for (let cell = 0; cell < history.length; cell += 1) {
      const type = history.types[cell] as number;
      const strength = byType[type] ?? 0;
      const item = history.items[cell] as number;
      if (strength <= 0 || (item < 0 && history.queries[cell] === undefined)) continue;
      const age = Math.max(0, now - (history.times[cell] as number));
      const weight = strength / Math.sqrt(1 + age / agingMs);
      cells[length] = cell;
      items[length] = item;
      types[length] = type;
      weights[length] = weight;
      mass += weight;
      length += 1;
    }
    out.length = length;
    out.total = mass + prior;
    return out;
  };
};
