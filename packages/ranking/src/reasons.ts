/**
 * Why an item is in a list: leave one event out (promise 10).
 * Invariant: the first event that is named is the one, of the newest `explained`, whose absence lowers the item's fused
 * score most. Nothing is estimated: parts say what their scores had been, or the history is scored again without it.
 */
import { eventTypes, type ItemIndex, type ListSource, type Reason } from '@nextcart/contracts';
import type { Candidates } from '@nextcart/models';
import type { ScoringRequest } from './scoring.ts';

/** One part's say on the items of a list, now and without each event. */
export interface PartShare {
  readonly source: ListSource;
  readonly weight: number;
  /** [items] */
  readonly scores: Float64Array;
  /** [events, items] */
  readonly without: Float64Array;
}

const MOST_REASONS = 3;
const kinds: Readonly<Record<string, string>> = {
  search: 'searched',
  view: 'viewed',
  click: 'viewed',
  cart: 'carted',
  purchase: 'bought',
};
/** Where the event speaks through others' behaviour or the subject's own habit, that is the reason to name. */
const kindsBySource: Readonly<Partial<Record<ListSource, string>>> = {
  neighbours: 'similar_sessions',
  history: 'own_history',
};
/** Of a score of nothing there are no shares. */
const shareOf = (part: number, score: number) =>
  score > 0 ? Math.round(Math.min(1, Math.max(0, part / score)) * 1e6) / 1e6 : 0;

export interface Explained {
  readonly source: ListSource;
  readonly reasons: Reason[];
}

/** `events` are places in the attention, as in the shares' `without`. */
export const explain = (
  request: ScoringRequest,
  list: Candidates,
  events: Int32Array,
  shares: readonly PartShare[],
  index: ItemIndex,
): Explained[] => {
  const { history, attention } = request;
  const said = Array.from(events, (event) => {
    const query = history.queries[attention.cells[event] as number];
    const item = attention.items[event] as number;
    const type = eventTypes[attention.types[event] as number] as string;
    return { kind: kinds[type] ?? 'viewed', subject: item < 0 ? (query ?? '') : index.id(item) };
  });

  const falls = new Float64Array(events.length);
  const causes = new Int32Array(events.length);
  /** For one item: how far it falls without each event, and the part through which it falls most. */
  const measure = (slot: number) => {
    falls.fill(0);
    for (let k = 0; k < events.length; k += 1) {
      let deepest = 0;
      causes[k] = -1;
      for (let p = 0; p < shares.length; p += 1) {
        const { weight, scores, without } = shares[p] as PartShare;
        const fall = weight * ((scores[slot] as number) - (without[k * list.length + slot] as number));
        falls[k] = (falls[k] as number) + fall;
        if (fall > deepest) {
          deepest = fall;
          causes[k] = p;
        }
      }
    }
  };

  return Array.from({ length: list.length }, (_, slot) => {
    let score = 0;
    let source: ListSource = 'trending';
    let most = Number.NEGATIVE_INFINITY;
    for (const share of shares) {
      const part = share.weight * (share.scores[slot] as number);
      score += part;
      // a part that did not name the item has no say, even where nobody said more
      if (share.scores[slot] !== 0 && part > most) {
        most = part;
        source = share.source;
      }
    }
    const reasons: Reason[] = [];
    if (source === 'trending') reasons.push({ kind: 'trending', subject: '', weight: shareOf(most, score) });
    measure(slot);
    for (let tries = 0; tries < events.length && reasons.length < MOST_REASONS; tries += 1) {
      // the newest of the deepest
      let k = events.length - 1;
      for (let other = k - 1; other >= 0; other -= 1) if ((falls[other] as number) > (falls[k] as number)) k = other;
      const fall = falls[k] as number;
      // an event that does not carry the item is no reason, unless nothing else is
      if (fall === Number.NEGATIVE_INFINITY || (fall <= 0 && reasons.length > 0)) break;
      falls[k] = Number.NEGATIVE_INFINITY;
      const { kind, subject } = said[k] as (typeof said)[number];
      if (reasons.some((reason) => reason.subject === subject)) continue;
      const through = shares[causes[k] as number]?.source;
      reasons.push({
        kind: through === undefined ? kind : (kindsBySource[through] ?? kind),
        subject,
        weight: shareOf(fall, score),
      });
    }
    if (reasons.length === 0) reasons.push({ kind: 'trending', subject: '', weight: 0 });
    return { source, reasons };
  });
};
