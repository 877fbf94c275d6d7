/**
 * Why an item is in a list: leave one event out (promise 10).
 * Invariant: the first event that is named is the one, of the newest `explained`, whose absence lowers the item's fused
 * score most. Nothing is estimated: parts say what their scores had been, or the history is scored again without it.
 */
import { eventTypes, type ItemIndex, type ListSource, type Reason } from '@nextcart/contracts';
import type { Candidates } from '@nextcart/models';
import { focused } from './focus.ts';
import type { ScoringRequest } from './scoring.ts';

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

/** What a reason may say of one event. */
interface Said {
  readonly kind: string;
  readonly subject: string;
}

/** Explains lists one after another: `begin`, then `take` each part in order, then `explain`. */
export interface Explainer {
  /** For a list and events, given as places in the attention. */
  begin(list: Candidates, events: Int32Array): void;
  /** A part's scores of the list, [items], kept till `explain`; and what they had been without each event, [events, items]. */
  take(part: number, scores: Float64Array, without: Float64Array): void;
  /**
   * After all parts: how far the visit is about each item, [items], kept till `explain`; and had been without each event,
   * [events, items].
   */
  focus(shares: Float64Array, without: Float64Array): void;
  explain(request: ScoringRequest): Explained[];
}

export const createExplainer = (
  parts: readonly { readonly source: ListSource; readonly weight: number }[],
  /** Of what the visit is about (focus.ts). */
  worth: number,
  index: ItemIndex,
): Explainer => {
  let events: Int32Array = new Int32Array(0);
  let width = 0;
  const scoresOf: Float64Array[] = parts.map(() => new Float64Array(0));
  /** [events, items]: how far the fused score falls, and the part through which it falls most, and how far there. */
  let falls = new Float64Array(0);
  let causes = new Int32Array(0);
  let deepest = new Float64Array(0);
  let shares: Float64Array = new Float64Array(0);
  /** By event: the first event that has the same subject, or -1 for the empty one. */
  let sames = new Int32Array(0);

  const saidOf = ({ history, attention }: ScoringRequest): Said[] =>
    Array.from(events, (event) => {
      const query = history.queries[attention.cells[event] as number];
      const item = attention.items[event] as number;
      const type = eventTypes[attention.types[event] as number] as string;
      return { kind: kinds[type] ?? 'viewed', subject: item < 0 ? (query ?? '') : index.id(item) };
    });

  /** The newest of the events without which the item falls deepest. */
  const deepestOf = (slot: number): number => {
    let k = events.length - 1;
    for (let other = k - 1; other >= 0; other -= 1)
      if ((falls[other * width + slot] as number) > (falls[k * width + slot] as number)) k = other;
    return k;
  };

  /** Of all parts together. */
  const sumOf = (slot: number): number => {
    let sum = 0;
    for (let p = 0; p < parts.length; p += 1)
      sum += (parts[p] as (typeof parts)[number]).weight * ((scoresOf[p] as Float64Array)[slot] as number);
    return sum;
  };

  const explainItem = (slot: number, said: readonly Said[]): Explained => {
    const sum = sumOf(slot);
    const score = focused(sum, shares[slot] as number, worth);
    let source: ListSource = 'trending';
    let most = Number.NEGATIVE_INFINITY;
    for (let p = 0; p < parts.length; p += 1) {
      const { weight, source: name } = parts[p] as (typeof parts)[number];
      const own = (scoresOf[p] as Float64Array)[slot] as number;
      const part = weight * own;
      // a part that did not name the item has no say, even where nobody said more
      if (own !== 0 && part > most) {
        most = part;
        source = name;
      }
    }
    const reasons: Reason[] = [];
    // subjects that are named, and the trend's empty one
    let first = -2;
    let second = -2;
    let third = -2;
    if (source === 'trending') {
      reasons.push({ kind: 'trending', subject: '', weight: shareOf(most, sum) });
      first = -1;
    }
    for (let tries = 0; tries < events.length && reasons.length < MOST_REASONS; tries += 1) {
      const k = deepestOf(slot);
      const at = k * width + slot;
      const fall = falls[at] as number;
      // an event that does not carry the item is no reason, unless nothing else is
      if (fall === Number.NEGATIVE_INFINITY || (fall <= 0 && reasons.length > 0)) break;
      falls[at] = Number.NEGATIVE_INFINITY;
      const same = sames[k] as number;
      if (same === first || same === second || same === third) continue;
      third = second;
      second = first;
      first = same;
      const { kind, subject } = said[k] as Said;
      const through = parts[causes[at] as number]?.source;
      reasons.push({
        kind: through === undefined ? kind : (kindsBySource[through] ?? kind),
        subject,
        weight: shareOf(fall, score),
      });
    }
    if (reasons.length === 0) reasons.push({ kind: 'trending', subject: '', weight: 0 });
    return { source, reasons };
  };

  return {
    begin: (list, asked) => {
      events = asked;
      width = list.length;
      const cells = events.length * width;
      if (falls.length < cells) {
        falls = new Float64Array(cells);
        causes = new Int32Array(cells);
        deepest = new Float64Array(cells);
      }
      falls.fill(0, 0, cells);
      causes.fill(-1, 0, cells);
      deepest.fill(0, 0, cells);
    },
    take: (part, scores, without) => {
      scoresOf[part] = scores;
      const { weight } = parts[part] as (typeof parts)[number];
      for (let k = 0, at = 0; k < events.length; k += 1)
        for (let slot = 0; slot < width; slot += 1, at += 1) {
          const fall = weight * ((scores[slot] as number) - (without[at] as number));
          falls[at] = (falls[at] as number) + fall;
          if (fall > (deepest[at] as number)) {
            deepest[at] = fall;
            causes[at] = part;
          }
        }
    },
    focus: (now, without) => {
      shares = now;
      for (let slot = 0; slot < width; slot += 1) {
        const sum = sumOf(slot);
        const score = focused(sum, now[slot] as number, worth);
        for (let k = 0, at = slot; k < events.length; k += 1, at += width)
          falls[at] = score - focused(sum - (falls[at] as number), without[at] as number, worth);
      }
    },
    explain: (request) => {
      const said = saidOf(request);
      if (sames.length < said.length) sames = new Int32Array(said.length);
      said.forEach(({ subject }, k) => {
        sames[k] = subject === '' ? -1 : said.findIndex((other) => other.subject === subject);
      });
      return Array.from({ length: width }, (_, slot) => explainItem(slot, said));
    },
  };
};
