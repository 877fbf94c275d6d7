import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import type { ReleaseNeeds } from './needs-rows.ts';
import {
  insertNeeds,
  KEPT_RELEASES,
  newestNeedsRelease,
  readCorrelations,
  readDistributions,
  readNeeds,
  readSegments,
  readSubjectNeeds,
} from './needs-tables.ts';
import type { Store } from './store.ts';
import { migratedStore } from './testing.ts';

const AT = Date.UTC(2026, 10, 24);
const TABLES = ['needs', 'subject_needs', 'segments', 'behaviour_distributions', 'behaviour_correlations'];

let store: Store;
let drop: () => Promise<void>;
beforeAll(async () => ({ store, drop } = await migratedStore(inject('urls').clickhouseUrl, 'needs')));
afterAll(() => drop());
beforeEach(async () => {
  for (const table of TABLES) await store.command(`TRUNCATE TABLE ${table}`);
});

const cups = {
  ...{ need: 2, name: "Home > Cups · mug · Bob's \\ cup", share: 0.25 },
  ...{ itemIds: ['i1'], items: ["Bob's \\ cup"], categories: ['Home', 'Home > Cups'], words: ['mug'] },
};
const tea = { need: 5, name: 'Tea', share: 0.75, itemIds: [], items: [], categories: ['Tea'], words: [] };
const segment = { segment: 0, name: 'Cups', subjects: 3, share: 1 };
const spend = {
  ...{ name: 'spend', n: 2, missing: 1, mean: 2.5, standardDeviation: 0.5, least: -2, p5: -1, p25: 0, median: 1 },
  ...{ p75: 2, p95: 3, most: 4, zeros: 0.5 },
};
const weak = { a: 'spend', b: 'carts', isNeed: false, rho: 0.25, low: -0.5, high: 0.75, n: 3 };
const strong = { a: 'carts', b: 'need 5: Tea', isNeed: true, rho: -0.5, low: -0.75, high: -0.25, n: 3 };

const release = (change: Partial<ReleaseNeeds> = {}): ReleaseNeeds => ({
  ...{ release: 'r1', at: AT, needs: [cups, tea], segments: [segment] },
  subjects: [
    { subject: "o'u1", segment: 0, needs: [5, 2], strengths: [2.5, 0.25] },
    { subject: 'u2', segment: 0, needs: [], strengths: [] },
  ],
  ...{ distributions: [spend], correlations: [weak, strong] },
  ...change,
});
const countOf = async (table: string): Promise<number> =>
  (await store.query<{ n: number }>(`SELECT count() AS n FROM ${table} FINAL`))[0]?.n ?? 0;

test('what is written comes back, strongest first', async () => {
  await insertNeeds(store, release());
  expect(await readNeeds(store, 'r1')).toEqual([tea, cups]);
  expect(await readSegments(store, 'r1')).toEqual([segment]);
  expect(await readSubjectNeeds(store, 'r1', "o'u1")).toEqual(release().subjects[0]);
  expect(await readSubjectNeeds(store, 'r1', 'nobody')).toBeNull();
  expect(await readDistributions(store, 'r1')).toEqual([spend]);
  expect(await readCorrelations(store, 'r1')).toEqual([strong, weak]);
});

test('the same release again has its rows once', async () => {
  await insertNeeds(store, release());
  const counts = await Promise.all(TABLES.map(countOf));
  await insertNeeds(store, release());
  expect(await Promise.all(TABLES.map(countOf))).toEqual(counts);
  expect(counts).toEqual([2, 2, 1, 1, 2]);
});

test('the newest release is the one made last that is whole, whichever was written last', async () => {
  expect(await newestNeedsRelease(store)).toBeNull();
  await insertNeeds(store, release({ release: 'newer', at: AT + 1000 }));
  await insertNeeds(store, release({ release: 'older' }));
  await store.insertRows('needs', [{ release: 'cut short', at: (AT / 1000 + 9).toFixed(3), need: 1 }]);
  expect(await newestNeedsRelease(store)).toBe('newer');
});

test('subjects of the newest releases are kept, and what is said of all subjects of every release', async () => {
  const names = Array.from({ length: KEPT_RELEASES + 2 }, (_, at) => `r'${at}`);
  for (const [at, name] of names.entries()) await insertNeeds(store, release({ release: name, at: AT + at * 1000 }));
  const kept = await store.query<{ release: string }>('SELECT DISTINCT release FROM subject_needs ORDER BY at');
  expect(kept.map((row) => row.release)).toEqual(names.slice(2));
  expect(await countOf('needs')).toBe(2 * names.length);
});

test('figures that no column takes are refused, not stored as zeros', async () => {
  await expect(insertNeeds(store, release({ segments: [{ ...segment, segment: -1 }] }))).rejects.toMatchObject({
    code: 'store_refused',
  });
});
