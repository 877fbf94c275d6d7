import { eventTypes, type SubjectHistory } from '@nextcart/contracts';
import type { CandidateSheet } from './candidate-sheet.ts';
import type { CatalogFeatures } from './catalog-features.ts';
import { shelf } from './item-columns.ts';

/** Why a candidate is not shown, in the order of asking: the first that applies is counted. */
export const filterNames = ['unknown', 'hidden', 'unavailable', 'out_of_stock', 'bought', 'dismissed'] as const;
export type FilterName = (typeof filterNames)[number];
export type FilterCounts = Record<FilterName, number>;

export const noneFiltered = (): FilterCounts => ({
  unknown: 0,
  hidden: 0,
  unavailable: 0,
  out_of_stock: 0,
  bought: 0,
  dismissed: 0,
});

const PURCHASE = eventTypes.indexOf('purchase');
const RETURN = eventTypes.indexOf('return');
const DISMISS = eventTypes.indexOf('dismiss');
const DAY_MS = 24 * 60 * 60 * 1000;

/** Asks of every candidate whether it may be shown; what the subject itself rules out is looked up once a subject. */
export const createFilter = (features: CatalogFeatures, defaultRepurchaseDays: number) => {
  /** Items that the subject bought and kept: more purchases than returns, the last within the item's days. */
  const ruledOut = (history: SubjectHistory, now: number): ReadonlyMap<number, FilterName> => {
    const kept = new Map<number, { net: number; last: number }>();
    const out = new Map<number, FilterName>();
    for (let cell = 0; cell < history.length; cell += 1) {
      const item = history.items[cell] as number;
      const type = history.types[cell] as number;
      if (item < 0) continue;
      if (type === DISMISS) out.set(item, 'dismissed');
      if (type !== PURCHASE && type !== RETURN) continue;
      const so = kept.get(item) ?? { net: 0, last: Number.NEGATIVE_INFINITY };
      if (type === PURCHASE)
        kept.set(item, { net: so.net + 1, last: Math.max(so.last, history.times[cell] as number) });
      // a return whose purchase is older than the fold must not pay for the next purchase
      else kept.set(item, { ...so, net: Math.max(0, so.net - 1) });
    }
    for (const [item, { net, last }] of kept) {
      const days = features.item(item)?.repurchaseDays ?? defaultRepurchaseDays;
      if (net > 0 && now - last < days * DAY_MS) out.set(item, 'bought');
    }
    return out;
  };

  const { columns } = features;
  /** By slot: 1 + place in `filterNames` of what the subject itself rules out. */
  let marks = new Uint8Array(0);
  const catalogSays = (state: number, item: number, now: number): FilterName | undefined => {
    if (state & shelf.unknown) return 'unknown';
    if (state & shelf.hidden) return 'hidden';
    if (now < (columns.availableFrom[item] as number) || now >= (columns.availableUntil[item] as number))
      return 'unavailable';
    return state & shelf.outOfStock ? 'out_of_stock' : undefined;
  };

  /** Calls `pass` with the slot of each candidate that may be shown; counts the others. */
  return (
    candidates: CandidateSheet,
    history: SubjectHistory,
    now: number,
    counts: FilterCounts,
    pass: (slot: number) => void,
  ): void => {
    if (marks.length < candidates.length) marks = new Uint8Array(2 * candidates.length);
    marks.fill(0, 0, candidates.length);
    for (const [item, reason] of ruledOut(history, now)) {
      const slot = candidates.slot(item);
      if (slot !== -1) marks[slot] = filterNames.indexOf(reason) + 1;
    }
    const { items, length } = candidates;
    const { state } = columns;
    for (let slot = 0; slot < length; slot += 1) {
      const item = items[slot] as number;
      const on = item < state.length ? (state[item] as number) : shelf.unknown;
      const mark = marks[slot] as number;
      if (on === 0 && mark === 0) {
        pass(slot);
        continue;
      }
      const reason = catalogSays(on, item, now) ?? filterNames[mark - 1];
      if (reason === undefined) pass(slot);
      else counts[reason] += 1;
    }
  };
};
