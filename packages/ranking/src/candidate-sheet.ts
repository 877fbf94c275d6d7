import type { Writable } from '@nextcart/contracts';
import type { Candidates, ScoreSheet } from '@nextcart/models';

/**
 * One subject's candidates and what each part says of them. Used again for the next subject: `clear` costs what was
 * touched. Invariant: slots are given in the order in which parts name items, never in the order of item indices, so
 * all that runs over slots is the same however items are numbered.
 */
export interface CandidateSheet extends Candidates {
  /** [slots, parts] row-major; `length` used rows; 0 where a part did not name the item. Replaced as it grows. */
  readonly values: Float64Array;
  /** Gives the item a slot, where it has none. */
  touch(item: number): void;
  /** Where part `p` writes. */
  sheet(part: number): ScoreSheet;
  clear(): void;
}

const FIRST_SLOTS = 4096;

export const createCandidateSheet = (parts: number): CandidateSheet => {
  // slot + 1, so that fresh memory means "none"
  let slots = new Int32Array(FIRST_SLOTS);

  const grow = (item: number) => {
    const { length, items, values } = candidates;
    if (length === items.length) {
      candidates.items = new Int32Array(2 * length);
      candidates.items.set(items);
      candidates.values = new Float64Array(2 * length * parts);
      candidates.values.set(values);
    }
    if (item >= slots.length) {
      const wider = new Int32Array(Math.max(item + 1, 2 * slots.length));
      wider.set(slots);
      slots = wider;
    }
  };

  const slotOf = (item: number): number => {
    const known = item < slots.length ? (slots[item] as number) - 1 : -1;
    if (known !== -1) return known;
    const at = candidates.length;
    if (at === candidates.items.length || item >= slots.length) grow(item);
    candidates.items[at] = item;
    candidates.length = at + 1;
    slots[item] = at + 1;
    return at;
  };

  const sheets = Array.from(
    { length: parts },
    (_, part): ScoreSheet => ({
      add: (item, value) => {
        const at = slotOf(item) * parts + part;
        const { values } = candidates;
        values[at] = (values[at] as number) + value;
      },
      addRow: (row, weights, start, end, factor) => {
        for (let i = start; i < end; i += 1) {
          const at = slotOf(row[i] as number) * parts + part;
          const { values } = candidates; // a new slot may have moved them
          values[at] = (values[at] as number) + factor * (weights[i] as number);
        }
      },
    }),
  );

  const candidates: Writable<CandidateSheet> = {
    length: 0,
    items: new Int32Array(FIRST_SLOTS),
    values: new Float64Array(FIRST_SLOTS * parts),
    slot: (item) => (item < slots.length ? (slots[item] as number) - 1 : -1),
    touch: (item) => void slotOf(item),
    sheet: (part) => sheets[part] as ScoreSheet,
    clear: () => {
      const { length, items, values } = candidates;
      for (let slot = 0; slot < length; slot += 1) slots[items[slot] as number] = 0;
      values.fill(0, 0, length * parts);
      candidates.length = 0;
    },
  };
  return candidates;
};

/**
 * The few items of a finished list as slots, valid until the next list. One table for all lists, cleaned by what it
 * holds: parts ask it for every neighbour of every event, and a map's look-ups were a tenth of a list's time.
 */
export const createShortlister = () => {
  // slot + 1
  let slots = new Int32Array(FIRST_SLOTS);
  const list: Writable<Candidates> = {
    items: new Int32Array(64),
    length: 0,
    slot: (item) => (item < slots.length ? (slots[item] as number) - 1 : -1),
  };
  /** The items of the first `size` places. */
  return (size: number, itemAt: (place: number) => number): Candidates => {
    for (let at = 0; at < list.length; at += 1) slots[list.items[at] as number] = 0;
    if (size > list.items.length) list.items = new Int32Array(size);
    const { items } = list;
    list.length = size;
    for (let at = 0; at < size; at += 1) {
      const item = itemAt(at);
      items[at] = item;
      if (item >= slots.length) {
        const wider = new Int32Array(Math.max(item + 1, 2 * slots.length));
        wider.set(slots);
        slots = wider;
      }
      slots[item] = at + 1;
    }
    return list;
  };
};
