import type { Candidates, ScoreSheet } from '@nextcart/models';

/**
 * One subject's candidates and what each part says of them. Used again for the next subject: `clear` costs what was
 * touched. Invariant: slots are given in the order in which parts name items, never in the order of item indices, so
 * all that runs over slots is the same however items are numbered.
 */
export interface CandidateSheet extends Candidates {
  /** [slots, parts] row-major; `length` used rows; 0 where a part did not name the item. Replaced as it grows. */
  readonly values: Float64Array;
  /** Where part `p` writes. */
  sheet(part: number): ScoreSheet;
  clear(): void;
}

const FIRST_SLOTS = 4096;

export const createCandidateSheet = (parts: number): CandidateSheet => {
  // slot + 1, so that fresh memory means "none"
  let slots = new Int32Array(FIRST_SLOTS);
  let items = new Int32Array(FIRST_SLOTS);
  let values = new Float64Array(FIRST_SLOTS * parts);
  let length = 0;

  const grow = (item: number) => {
    if (length === items.length) {
      const wider = new Int32Array(2 * length);
      wider.set(items);
      items = wider;
      const more = new Float64Array(2 * length * parts);
      more.set(values);
      values = more;
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
    if (length === items.length || item >= slots.length) grow(item);
    items[length] = item;
    length += 1;
    slots[item] = length;
    return length - 1;
  };

  const sheets = Array.from(
    { length: parts },
    (_, part): ScoreSheet => ({
      add: (item, value) => {
        const at = slotOf(item) * parts + part;
        values[at] = (values[at] as number) + value;
      },
      addRow: (row, weights, start, end, factor) => {
        for (let i = start; i < end; i += 1) {
          const at = slotOf(row[i] as number) * parts + part;
          values[at] = (values[at] as number) + factor * (weights[i] as number);
        }
      },
    }),
  );

  return {
    get length() {
      return length;
    },
    get items() {
      return items;
    },
    get values() {
      return values;
    },
    slot: (item) => (item < slots.length ? (slots[item] as number) - 1 : -1),
    sheet: (part) => sheets[part] as ScoreSheet,
    clear: () => {
      for (let slot = 0; slot < length; slot += 1) slots[items[slot] as number] = 0;
      values.fill(0, 0, length * parts);
      length = 0;
    },
  };
};

/**
 * The few items of a finished list as slots, valid until the next list. One table for all lists, cleaned by what it
 * holds: parts ask it for every neighbour of every event, and a map's look-ups were a tenth of a list's time.
 */
export const createShortlister = () => {
  // slot + 1
  let slots = new Int32Array(FIRST_SLOTS);
  let items = new Int32Array(64);
  let length = 0;
  const list: Candidates = {
    get items() {
      return items;
    },
    get length() {
      return length;
    },
    slot: (item) => (item < slots.length ? (slots[item] as number) - 1 : -1),
  };
  /** The items of the first `size` places. */
  return (size: number, itemAt: (place: number) => number): Candidates => {
    for (let at = 0; at < length; at += 1) slots[items[at] as number] = 0;
    if (size > items.length) items = new Int32Array(size);
    length = size;
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
