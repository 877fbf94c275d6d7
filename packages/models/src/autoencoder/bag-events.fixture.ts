import fc from 'fast-check';
import type { SparseRows } from '../item-graph.ts';
import { NO_ITEM } from '../recurrent/events.ts';
import type { BagEvents, BagOptions } from './bag-events.ts';
import { createRowList } from './row-list.ts';

export const DAY_MS = 86_400_000;
export const START = Date.UTC(2026, 0, 1);

export const [ITEMS, SIDES] = [6, 4];

export interface PlainEvent {
  readonly day: number;
  readonly item: number;
  readonly type: number;
  readonly amount: number;
  /** Side columns of a search, each of weight .5. */
  readonly tokens: readonly number[];
}

export const view = (day: number, item: number): PlainEvent => ({ day, item, type: 1, amount: Number.NaN, tokens: [] });
export const search = (day: number, ...tokens: number[]): PlainEvent => ({
  ...{ day, tokens },
  item: NO_ITEM,
  type: 0,
  amount: Number.NaN,
});

export const eventsOf = (subjects: readonly (readonly PlainEvent[])[]): BagEvents => {
  const all = subjects.flat();
  const rowStart = new Int32Array(subjects.length + 1);
  subjects.forEach(({ length }, row) => void (rowStart[row + 1] = (rowStart[row] as number) + length));
  const tokens = createRowList();
  for (const event of all) tokens.add(event.tokens.map((token) => [token, 0.5]));
  return {
    rowStart,
    items: Int32Array.from(all, ({ item }) => item),
    types: Uint8Array.from(all, ({ type }) => type),
    times: all.map(({ day }) => START + day * DAY_MS),
    amounts: all.map(({ amount }) => amount),
    tokens: tokens.rows(),
  };
};

/** An item's side columns: item % 4 with weight .6, and for even items the last with weight .3. */
export const itemSides: SparseRows = (() => {
  const rows = createRowList();
  for (let item = 0; item < ITEMS; item += 1)
    rows.add(
      item % 2 === 0
        ? [
            [item % SIDES, 0.6],
            [SIDES - 1, 0.3],
          ]
        : [[item % SIDES === SIDES - 1 ? 0 : item % SIDES, 0.6]],
    );
  return rows.rows();
})();

export const bagOptions: BagOptions = {
  items: ITEMS,
  sides: SIDES,
  itemSides,
  types: [1, 1, 2, 3, 0],
  halfLifeMs: 30 * DAY_MS,
  amountShare: 0.5,
  amountLimits: (item) => (item === 1 ? undefined : [1, 2, 3, 4, 10, 11, 12, 13, 14]),
};

const event = fc.record({
  day: fc.oneof(fc.nat(40), fc.nat(4000)),
  item: fc.integer({ min: 0, max: ITEMS - 1 }),
  type: fc.integer({ min: 1, max: 4 }),
  amount: fc.oneof(fc.constant(Number.NaN), fc.double({ min: 0, max: 1000, noNaN: true })),
  tokens: fc.constant([]),
});
const query = fc
  .record({ day: fc.nat(40), tokens: fc.uniqueArray(fc.nat(SIDES - 1), { maxLength: 3 }) })
  .map(({ day, tokens }) => search(day, ...tokens));

/** Subjects' events in the order of a log, in which times may fall now and then. */
export const histories = fc.array(fc.array(fc.oneof(event, query), { maxLength: 12 }), { minLength: 1, maxLength: 4 });
