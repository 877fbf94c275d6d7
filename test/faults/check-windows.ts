/**
 * Every cell of the tables of windows against the same sums made from the log and the catalogue, by rules of its own as
 * reference-judge.ts has them. A cell has all of a row's dimensions: where all cells are right, so are the windows of
 * items, categories, brands and search terms, which are sums of them.
 */
import type { Store } from '@nextcart/clickhouse';
import { type BehaviourEvent, type CatalogItem, categoryText } from '@nextcart/contracts';
import type { Judged } from './reference-judge.ts';

export interface ShopFacts {
  /** The catalogue, which does not change while things break. */
  readonly items: ReadonlyMap<string, CatalogItem>;
  /** What one unit of each currency is in the base, in ten-thousandths; of others there is no money in the base. */
  readonly rates: Readonly<Record<string, bigint>>;
}

/** All that views fill. */
const tables = [
  { name: 'window_minutes', column: 'minute', seconds: 60 },
  { name: 'window_hours', column: 'hour', seconds: 3600 },
] as const;

const dimensions = ['start', 'type', 'item', 'category', 'brand', 'query', 'currency', 'late'] as const;
type Cell = Readonly<Record<(typeof dimensions)[number], string | number>>;

/** Money in units. */
interface Sums {
  events: number;
  quantity: number;
  amount: bigint;
  baseAmount: bigint;
}

const COUNTED = new Set(['search', 'view', 'click', 'cart', 'purchase', 'return']);
const MONEY = new Set(['cart', 'purchase', 'return']);
/** 1 as a rate. */
export const RATE_ONE = 10_000n;

const keyOf = (cell: Cell): string => dimensions.map((dimension) => cell[dimension]).join('|');

/** A line's money as given, else the catalogue's price times its quantity. */
const lineOf = ({ amount, currency, quantity }: BehaviourEvent, item: CatalogItem | undefined) => {
  if (amount !== null) return { amount, currency: currency || item?.currency || '' };
  if (item?.price == null) return { amount: 0n, currency: '' };
  return { amount: item.price * BigInt(quantity ?? 1), currency: item.currency || currency || '' };
};

/** Rounded to the nearest unit, halves to the even one. A kept amount is never negative. */
const toBase = (amount: bigint, rate = 0n): bigint => {
  const product = amount * rate;
  const whole = product / RATE_ONE;
  const twice = 2n * (product % RATE_ONE);
  return twice > RATE_ONE || (twice === RATE_ONE && whole % 2n === 1n) ? whole + 1n : whole;
};

const sumWindows = (judged: readonly Judged[], { items, rates }: ShopFacts, seconds: number): Map<string, Sums> => {
  const cells = new Map<string, Sums>();
  for (const { outcome, event } of judged) {
    if (event === null || outcome === 'duplicate' || !COUNTED.has(event.eventType)) continue;
    const isMoney = MONEY.has(event.eventType);
    const item = items.get(event.itemId ?? '');
    const line = isMoney ? lineOf(event, item) : { amount: 0n, currency: '' };
    const key = keyOf({
      start: Math.floor(event.eventTime / 1000 / seconds) * seconds,
      ...{ type: event.eventType, item: event.itemId ?? '' },
      ...{ category: categoryText(item?.category ?? []), brand: item?.brand ?? '' },
      query: (event.query ?? '').trim().toLowerCase(),
      ...{ currency: line.currency, late: outcome === 'late' ? 1 : 0 },
    });
    const sums = cells.get(key) ?? { events: 0, quantity: 0, amount: 0n, baseAmount: 0n };
    sums.events += 1;
    sums.quantity += isMoney ? (event.quantity ?? 1) : 0;
    sums.amount += line.amount;
    sums.baseAmount += toBase(line.amount, rates[line.currency]);
    cells.set(key, sums);
  }
  return cells;
};

const show = (sums: Sums | undefined): string =>
  sums === undefined
    ? 'nothing'
    : `${sums.events} events, ${sums.quantity} pieces, ${sums.amount} units, ${sums.baseAmount} in the base`;

const checkTable = async (
  store: Store,
  { name, column, seconds }: (typeof tables)[number],
  judged: readonly Judged[],
  facts: ShopFacts,
): Promise<string[]> => {
  const cells = await store.query<Cell & Readonly<Record<keyof Sums, string | number>>>(
    `SELECT toUnixTimestamp(${column}) AS start, event_type AS type, item_id AS item, category, brand, query, currency,
       late, sum(events) AS events, sum(quantity) AS quantity, toString(toInt128(sum(amount) * 10000)) AS amount,
       toString(toInt128(sum(base_amount) * 10000)) AS baseAmount
     FROM ${name} GROUP BY ALL`,
  );
  const expected = sumWindows(judged, facts, seconds);
  const differences: string[] = [];
  for (const cell of cells) {
    const key = keyOf(cell);
    const found = show({
      events: Number(cell.events),
      quantity: Number(cell.quantity),
      amount: BigInt(cell.amount),
      baseAmount: BigInt(cell.baseAmount),
    });
    const wanted = show(expected.get(key));
    if (found !== wanted) differences.push(`${name} ${key}: ${found}, should be ${wanted}`);
    expected.delete(key);
  }
  for (const [key, sums] of expected) differences.push(`${name} ${key}: nothing, should be ${show(sums)}`);
  return differences;
};

/** Differences between the tables of windows and the sums that the log makes. */
export const checkWindows = async (store: Store, judged: readonly Judged[], facts: ShopFacts): Promise<string[]> => {
  const differences: string[] = [];
  for (const table of tables) differences.push(...(await checkTable(store, table, judged, facts)));
  return differences;
};
