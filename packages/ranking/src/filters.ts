import { eventTypes, type SubjectHistory, type Writable } from '@nextcart/contracts';
import type { CandidateSheet } from './candidate-sheet.ts';
import type { CatalogFeatures } from './catalog-features.ts';
import { shelf } from './item-columns.ts';
import { type RepurchasePolicy, repurchaseDaysOf } from './repurchase.ts';

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

/** Items that the subject itself rules out, each with a filter's place in `filterNames`. */
type RuledOut = ReadonlyMap<number, number>;
const NOTHING: RuledOut = new Map();
const [UNKNOWN, HIDDEN, UNAVAILABLE, OUT_OF_STOCK, BOUGHT, DISMISSED] = [0, 1, 2, 3, 4, 5] as const;
const PASSES = -1;

export interface Filter {
  /** How many candidates may be shown. */
  apply(candidates: CandidateSheet, history: SubjectHistory, now: number): number;
  /** Slots of those that may be shown, in their order; of the last `apply`, as many as it told. */
  readonly passed: Int32Array;
  /** Candidates that each filter took in the last `apply`, by its place in `filterNames`. */
  readonly taken: Int32Array;
}

/** Asks of every candidate whether it may be shown; what the subject itself rules out is looked up once a subject. */
export const createFilter = (features: CatalogFeatures, policy: RepurchasePolicy): Filter => {
  /** Items that the subject bought and kept: more purchases than returns, the last within the item's days. */
  const boughtOf = (history: SubjectHistory, now: number, out: Map<number, number>) => {
    const kept = new Map<number, { net: number; last: number }>();
    for (let cell = 0; cell < history.length; cell += 1) {
      const item = history.items[cell] as number;
      const type = history.types[cell] as number;
      if (item < 0 || (type !== PURCHASE && type !== RETURN)) continue;
      const so = kept.get(item) ?? { net: 0, last: Number.NEGATIVE_INFINITY };
      if (type === PURCHASE)
        kept.set(item, { net: so.net + 1, last: Math.max(so.last, history.times[cell] as number) });
      // a return whose purchase is older than the fold must not pay for the next purchase
      else kept.set(item, { ...so, net: Math.max(0, so.net - 1) });
    }
    for (const [item, { net, last }] of kept) {
      const days = repurchaseDaysOf(features.item(item), policy);
      if (net > 0 && now - last < days * DAY_MS) out.set(item, BOUGHT);
    }
  };
  const ruledOut = (history: SubjectHistory, now: number): RuledOut => {
    let bought = false;
    let out: Map<number, number> | undefined;
    for (let cell = 0; cell < history.length; cell += 1) {
      const type = history.types[cell];
      const item = history.items[cell] as number;
      if (type === PURCHASE) bought = true;
      else if (type === DISMISS && item >= 0) (out ??= new Map<number, number>()).set(item, DISMISSED);
    }
    if (bought) boughtOf(history, now, (out ??= new Map<number, number>()));
    return out ?? NOTHING;
  };

  const { columns } = features;
  const taken = new Int32Array(filterNames.length);
  /** By slot: 1 + place in `filterNames` of what the subject itself rules out. */
  let marks = new Uint8Array(0);
  const catalogSays = (state: number, item: number, now: number): number => {
    if (state & shelf.unknown) return UNKNOWN;
    if (state & shelf.hidden) return HIDDEN;
    if (now < (columns.availableFrom[item] as number) || now >= (columns.availableUntil[item] as number))
      return UNAVAILABLE;
    return state & shelf.outOfStock ? OUT_OF_STOCK : PASSES;
  };

  const apply = (candidates: CandidateSheet, history: SubjectHistory, now: number): number => {
    const { items, length } = candidates;
    if (marks.length < length) {
      marks = new Uint8Array(2 * length);
      filter.passed = new Int32Array(2 * length);
    }
    taken.fill(0);
    const out = ruledOut(history, now);
    for (const [item, place] of out) {
      const slot = candidates.slot(item);
      if (slot !== -1) marks[slot] = place + 1;
    }
    const { state } = columns;
    const { passed } = filter;
    let count = 0;
    for (let slot = 0; slot < length; slot += 1) {
      const item = items[slot] as number;
      const on = item < state.length ? (state[item] as number) : shelf.unknown;
      const mark = marks[slot] as number;
      let place = PASSES;
      if (on !== 0) place = catalogSays(on, item, now);
      if (place === PASSES && mark !== 0) place = mark - 1;
      if (place === PASSES) {
        passed[count] = slot;
        count += 1;
      } else taken[place] = (taken[place] as number) + 1;
    }
    for (const item of out.keys()) {
      const slot = candidates.slot(item);
      if (slot !== -1) marks[slot] = 0;
    }
    return count;
  };
  const filter: Writable<Filter> = { apply, passed: new Int32Array(0), taken };
  return filter;
};
