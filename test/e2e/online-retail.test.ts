import { join } from 'node:path';
import { clickhouseConnection, createStore, type Store, type WindowName, windowsAt } from '@nextcart/clickhouse';
import { repoRoot } from '@nextcart/local';
import { createLogger, systemClock } from '@nextcart/runtime';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cli } from '../support/cli.ts';
import { dataFile } from '../support/data-folder.ts';
import { readWithPython } from '../support/outside-clients.ts';
import { succeed } from '../support/run-program.ts';
import { type System, startSystem } from '../support/system.ts';

/** The proof on real data: every line of Online Retail through the whole system at full speed. */
interface Reference {
  readonly lines: number;
  readonly kept: number;
  readonly last: number;
  readonly windows: Record<string, Record<string, Sums>>;
  readonly buyers: readonly string[];
}
interface Sums {
  readonly purchases: number;
  readonly returns: number;
  readonly quantity: number;
  readonly returnedQuantity: number;
  readonly gross: number;
  readonly back: number;
}

const file = dataFile('online-retail-uci', 'online_retail.csv.gz');
const why = 'Online Retail is missing: https://archive.ics.uci.edu/dataset/352/online+retail; set NEXTCART_DATA';
const windows = { '24h': 1, '7d': 7, '30d': 30 } as const satisfies Partial<Record<WindowName, number>>;

let system: System | undefined;
let store: Store | undefined;
let reference: Reference | undefined;
beforeAll(async () => {
  if (file === undefined) return;
  const script = join(repoRoot, 'test', 'e2e', 'online_retail_reference.py');
  const days = Object.values(windows).map(String);
  reference = JSON.parse(await succeed('python3', [script, file, ...days], { timeoutMs: 180_000 })) as Reference;
  // no outliers are flagged, because a flag depends on when the spreads were made, and the file knows none
  system = await startSystem({ FEATURES_CLEANING_S: '1000000' });
  store = createStore({
    ...clickhouseConnection({ CLICKHOUSE_URL: system.stack.urls.clickhouseUrl }),
    log: createLogger('test', 'error'),
    clock: systemClock,
  });
}, 300_000);
afterAll(async () => {
  await store?.close();
  await system?.stop();
});

test('all 541,909 lines are imported at full speed and the ledger balances', async (context) => {
  if (file === undefined || system === undefined || reference === undefined) return context.skip(why);
  const args = ['import', '--source', 'online-retail', '--file', file, '--speed', 'max'];
  const imported = await cli(system, args, 480_000);
  expect(imported.stderr + imported.stdout).toContain('541,909');
  expect(imported.code).toBe(0);
  const ledger = await cli(system, ['ledger', '--wait', '240'], 300_000);
  expect(ledger.code, ledger.stdout + ledger.stderr).toBe(0);
  const rows = await store?.query<{ outcome: string; reason: string; n: number }>(
    'SELECT outcome, reason, count() AS n FROM events GROUP BY outcome, reason ORDER BY outcome',
  );
  expect(rows).toEqual([
    { outcome: 'accepted', reason: '', n: reference.kept },
    { outcome: 'quarantined', reason: 'bad_amount', n: reference.lines - reference.kept },
  ]);
  expect(reference.lines).toBe(541_909);
}, 900_000);

test('every item’s windows are what the file says, to the last unit of money', async (context) => {
  if (store === undefined || reference === undefined) return context.skip(why);
  for (const [window, days] of Object.entries(windows)) {
    const rows = await windowsAt(store, { kind: 'item', window: window as WindowName, at: reference.last });
    const found = Object.fromEntries(
      rows.map(({ key, purchases, returns, quantity, returnedQuantity, revenue }) => {
        const { gross = 0n, net = 0n } = revenue.find(({ currency }) => currency === 'GBP') ?? {};
        const sums = {
          purchases,
          returns,
          quantity,
          returnedQuantity,
          gross: Number(gross),
          back: Number(gross - net),
        };
        return [key, sums satisfies Sums];
      }),
    );
    expect(found).toEqual(reference.windows[String(days)]);
  }
});

test('known customers have lists of things that they have not just bought, read by an outside client', async (context) => {
  if (system === undefined || store === undefined || reference === undefined) return context.skip(why);
  for (const customer of reference.buyers) {
    // the scorer goes through half a million events: its list is right when it knows the customer's last one
    const [last] = await store.query<{ offset: number }>(
      `SELECT max(offset) AS offset FROM subject_events WHERE subject = {customer:String} AND event_type = 'purchase'`,
      { customer },
    );
    const running = system;
    await expect
      .poll(async () => (await readWithPython(running, customer, { seconds: 60 }))?.triggerOffset ?? -1, {
        timeout: 300_000,
        interval: 5000,
      })
      .toBeGreaterThanOrEqual(last?.offset ?? Number.POSITIVE_INFINITY);
    const list = await readWithPython(running, customer, { seconds: 60 });
    const shown = list?.items.map(({ itemId }) => itemId) ?? [];
    expect(shown.length).toBeGreaterThan(20);
    const bought = await store.query<{ item_id: string }>(
      `SELECT DISTINCT item_id FROM (
         SELECT item_id, event_time FROM subject_events
         WHERE subject = {customer:String} AND event_type = 'purchase' ORDER BY offset DESC LIMIT 64
       ) WHERE event_time > (SELECT max(event_time) FROM subject_events WHERE subject = {customer:String}) - INTERVAL 30 DAY`,
      { customer },
    );
    const recent = new Set(bought.map((row) => row.item_id));
    expect(shown.filter((item) => recent.has(item))).toEqual([]);
    expect(list?.items[0]?.reasons.length).toBeGreaterThan(0);
  }
}, 900_000);
