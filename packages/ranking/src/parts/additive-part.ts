import type { ListSource } from '@nextcart/contracts';
import type { ScoringPart, ScoringRequest } from '../scoring.ts';

/** What an event says of items: cells [start, end) of two columns. Filled again and again. */
export interface Row {
  items: Int32Array;
  /** [items] > 0 */
  values: Float64Array;
  start: number;
  end: number;
}

/**
 * A part whose score is Σ_e factor_e · row_e / total, where total is what weighs in the mean, and a prior. Without an
 * event its row leaves the sum and its weight the total, so nothing is scored again.
 */
export const createAdditivePart = (options: {
  source: ListSource;
  /** Of all events, and the prior: > 0. */
  total: (request: ScoringRequest) => number;
  /** Of one event, in the total. */
  weightOf: (request: ScoringRequest, event: number) => number;
  /** Fills the event's row and returns its factor; 0, and nothing filled, where it says nothing. */
  read: (request: ScoringRequest, event: number, row: Row) => number;
}): ScoringPart => {
  const { weightOf, read } = options;
  const row: Row = { items: new Int32Array(0), values: new Float64Array(0), start: 0, end: 0 };
  return {
    source: options.source,
    score: (request, sheet) => {
      const total = options.total(request);
      for (let event = 0; event < request.attention.length; event += 1) {
        const factor = read(request, event, row) / total;
        if (factor > 0) sheet.addRow(row.items, row.values, row.start, row.end, factor);
      }
    },
    without: (request, candidates, scores, events, out) => {
      const total = options.total(request);
      const width = candidates.length;
      for (let k = 0; k < events.length; k += 1) {
        const event = events[k] as number;
        const base = k * width;
        out.fill(0, base, base + width);
        const factor = read(request, event, row);
        if (factor > 0) {
          const { items, values, start, end } = row;
          for (let at = start; at < end; at += 1) {
            const slot = candidates.slot(items[at] as number);
            if (slot !== -1) out[base + slot] = (out[base + slot] as number) + factor * (values[at] as number);
          }
        }
        const rest = total - weightOf(request, event);
        for (let slot = 0; slot < width; slot += 1) {
          const all = (scores[slot] as number) * total;
          const left = all - (out[base + slot] as number);
          // a difference of equals leaves noise, and noise is no score
          out[base + slot] = left <= all * 1e-12 || rest <= 0 ? 0 : left / rest;
        }
      }
    },
  };
};
