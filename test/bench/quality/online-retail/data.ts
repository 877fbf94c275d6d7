import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openDataset } from '@nextcart/datasets';
import type { ContentItem, SparseRows } from '@nextcart/models';
import type { Visits } from '../parts/visits.ts';
import type { Behaviour, NamedTask, Split } from '../recipe.ts';

const fileIn = (dataFolder: string): string => join(dataFolder, 'online-retail-uci/online_retail.csv.gz');

export const missingOnlineRetail = (dataFolder: string): string | undefined => {
  const file = fileIn(dataFolder);
  return existsSync(file)
    ? undefined
    : `no '${file}': get https://archive.ics.uci.edu/dataset/352/online+retail, save the sheet as CSV and gzip it`;
};

/** Lines of invoices in the order of time; users and items by numbers in order of appearance. */
export interface Purchases {
  readonly lines: readonly Purchase[];
  readonly users: number;
  readonly items: number;
  /** [items]: stock codes. */
  readonly codes: readonly string[];
}

type Log = Omit<Purchases, 'codes'>;

export interface Purchase {
  readonly user: number;
  readonly item: number;
  /** Epoch ms. */
  readonly time: number;
  readonly invoice: string;
  /** Quantity times price, in pounds. */
  readonly amount: number;
}

const PLACES = 10_000;

/** Lines with a customer, a quantity and a price above 0, of invoices that are no cancellations. */
export const readPurchases = async (dataFolder: string): Promise<Purchases> => {
  const dataset = await openDataset('online-retail', fileIn(dataFolder));
  const [users, items] = [new Map<string, number>(), new Map<string, number>()];
  const numberIn = (map: Map<string, number>, name: string): number => {
    const number = map.get(name) ?? map.size;
    map.set(name, number);
    return number;
  };
  const lines: Purchase[] = [];
  for await (const { event } of dataset.events(0)) {
    if (event?.eventType !== 'purchase' || event.userId == null || event.itemId == null) continue;
    const [amount, invoice] = [event.amount ?? 0n, event.sessionId ?? ''];
    if (amount <= 0n || invoice.startsWith('C')) continue;
    lines.push({
      user: numberIn(users, event.userId),
      item: numberIn(items, event.itemId),
      time: event.eventTime,
      invoice,
      amount: Number(amount) / PLACES,
    });
  }
  return { lines, users: users.size, items: items.size, codes: [...items.keys()] };
};

/** [items]: description and median price, of all lines in the file, as a catalogue would have them. */
export const readCatalogue = async (
  dataFolder: string,
  { codes }: Pick<Purchases, 'codes'>,
): Promise<readonly ContentItem[]> => {
  const found = new Map<string, ContentItem>();
  for await (const { item } of (await openDataset('online-retail', fileIn(dataFolder))).catalog()) {
    if (item === undefined) continue;
    const price = item.price === null ? Number.NaN : Number(item.price) / PLACES;
    found.set(item.itemId, { title: item.title, category: [], brand: '', price });
  }
  return codes.map((code) => found.get(code) ?? { title: '', category: [], brand: '', price: Number.NaN });
};

export const DAY_MS = 86_400_000;
const RECENT_DAYS = 28;

export interface Weighing {
  /** What a purchase counts after so many days is half of it. */
  readonly halfLifeDays: number;
  /** log(1 + amount / the item's median amount) instead of 1. */
  readonly amounts: boolean;
}

export interface RetailBehaviour extends Behaviour {
  /** The entries of `bags`, each the sum over the invoices in which the user bought the item. */
  weighed(weighing: Weighing): SparseRows;
  /** How many users bought each item in the last days, [items]. */
  popularOver(days: number): Float32Array;
  /** Invoices as sessions, the lines of each in the file's order. */
  visits(): Visits;
}

/** All that was bought before `until`. */
export const behaviourBefore = ({ lines, users, items }: Log, until: number): RetailBehaviour => {
  const past = lines.filter(({ time }) => time < until);
  const popularOver = (days: number): Float32Array => {
    const counts = new Float32Array(items);
    const buyers = new Set<number>();
    for (const { user, item, time } of past) {
      const pair = user * items + item;
      if (time < until - days * DAY_MS || buyers.has(pair)) continue;
      buyers.add(pair);
      counts[item] = (counts[item] as number) + 1;
    }
    return counts;
  };
  const medians = medianAmounts(past, items);
  const weighed = ({ halfLifeDays, amounts }: Weighing): SparseRows => {
    const rows = Array.from({ length: users }, () => new Map<number, number>());
    const counted = new Set<string>();
    for (const { user, item, time, invoice, amount } of past) {
      const key = `${invoice} ${item}`;
      if (counted.has(key)) continue;
      counted.add(key);
      const value = amounts ? Math.log1p(amount / (medians[item] as number)) : 1;
      const row = rows[user] as Map<number, number>;
      row.set(item, (row.get(item) ?? 0) + value * 2 ** (-(until - time) / DAY_MS / halfLifeDays));
    }
    return rowsOf(rows);
  };
  const bags = weighed({ halfLifeDays: Infinity, amounts: false });
  const binary = { ...bags, weights: bags.weights.map(() => 1) };
  return {
    items,
    bags: binary,
    recent: popularOver(RECENT_DAYS),
    weighed,
    popularOver,
    visits: () => visitsOf(past, users),
  };
};

export const TEST_FROM = Date.UTC(2011, 10, 12);
export const SLICE_MS = 28 * DAY_MS;

/** The slice before the test, by what was bought before it: what settings are chosen by. */
export const retailSplit = (purchases: Log): Split<RetailBehaviour> => {
  const fit = behaviourBefore(purchases, TEST_FROM - SLICE_MS);
  return { fit, tasks: tasksBetween(purchases, fit, TEST_FROM - SLICE_MS, TEST_FROM) };
};

const visitsOf = (past: readonly Purchase[], users: number): Visits => {
  const invoices = new Map<string, number[]>();
  const own = Array.from({ length: users }, (): number[] => []);
  for (const { user, item, invoice } of past) {
    const items = invoices.get(invoice) ?? [];
    invoices.set(invoice, items);
    items.push(item);
    own[user]?.push(item);
  }
  return {
    sessions: Array.from(invoices.values(), (items) => Int32Array.from(new Set(items))),
    newest: (user, count) => Int32Array.from(own[user]?.slice(-count) ?? []),
  };
};

/** What users known before `from` bought in [from, to), each item once. */
export const tasksBetween = (
  { lines, users, items }: Log,
  { bags }: RetailBehaviour,
  from: number,
  to: number,
): readonly NamedTask[] => {
  const isKnown = (user: number) => (bags.rowStart[user + 1] as number) > (bags.rowStart[user] as number);
  const bought = Array.from({ length: users }, () => new Map<number, number>());
  for (const { user, item, time } of lines) if (time >= from && time < to && isKnown(user)) bought[user]?.set(item, 1);
  const fresh = bought.map((row, user) => {
    const before = new Set(bags.columns.subarray(bags.rowStart[user], bags.rowStart[user + 1]));
    return new Map([...row].filter(([item]) => !before.has(item)));
  });
  const nothing = rowsOf(bought.map(() => new Map()));
  const task = { items, k: 20, denominator: 'capped' } as const;
  return [
    { ...task, name: 'all', seen: nothing, targets: rowsOf(bought) },
    { ...task, name: 'unseen', seen: bags, targets: rowsOf(fresh) },
  ];
};

/** What each user spent on each item in [from, to), in pounds. */
export const amountsBetween = (
  { lines }: Pick<Purchases, 'lines'>,
  from: number,
  to: number,
): ((user: number) => ReadonlyMap<number, number>) => {
  const spent = new Map<number, Map<number, number>>();
  for (const { user, item, time, amount } of lines) {
    if (time < from || time >= to) continue;
    const own = spent.get(user) ?? new Map<number, number>();
    spent.set(user, own.set(item, (own.get(item) ?? 0) + amount));
  }
  return (user) => spent.get(user) ?? new Map();
};

const rowsOf = (rows: readonly ReadonlyMap<number, number>[]): SparseRows => {
  const rowStart = new Int32Array(rows.length + 1);
  rows.forEach((row, at) => void (rowStart[at + 1] = (rowStart[at] as number) + row.size));
  return {
    rowStart,
    columns: Int32Array.from(rows.flatMap((row) => [...row.keys()])),
    weights: Float32Array.from(rows.flatMap((row) => [...row.values()])),
  };
};

const medianAmounts = (lines: readonly Purchase[], items: number): Float64Array => {
  const amounts = Array.from({ length: items }, (): number[] => []);
  for (const { item, amount } of lines) amounts[item]?.push(amount);
  return Float64Array.from(amounts, (all) => all.sort((a, b) => a - b)[Math.floor(all.length / 2)] ?? 1);
};
