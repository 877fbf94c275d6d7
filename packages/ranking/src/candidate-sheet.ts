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

  const sheets = Array.from(
    { length: parts },
    (_, part): ScoreSheet => ({
      add: (item, value) => {
        let slot = item < slots.length ? (slots[item] as number) - 1 : -1;
        if (slot === -1) {
          if (length === items.length || item >= slots.length) grow(item);
          slot = length;
          length += 1;
          items[slot] = item;
          slots[item] = length;
        }
        const at = slot * parts + part;
        values[at] = (values[at] as number) + value;
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
  let held: Int32Array = new Int32Array(0);
  const slot = (item: number): number => (item < slots.length ? (slots[item] as number) - 1 : -1);
  return (items: Int32Array): Candidates => {
    for (const item of held) slots[item] = 0;
    held = items;
    for (let at = 0; at < items.length; at += 1) {
      const item = items[at] as number;
      if (item >= slots.length) {
        const wider = new Int32Array(Math.max(item + 1, 2 * slots.length));
        wider.set(slots);
        slots = wider;
      }
      slots[item] = at + 1;
    }
    return { items, length: items.length, slot };
  };
};
