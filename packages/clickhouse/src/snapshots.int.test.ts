import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { dropSnapshots, latestHashes, latestSnapshot, saveSnapshot, snapshotByHash } from './snapshots.ts';
import type { Store } from './store.ts';
import { windowStore } from './window-store.fixture.ts';

let store: Store;
let empty: () => Promise<void>;
let drop: () => Promise<void>;
beforeAll(async () => ({ store, empty, drop } = await windowStore(inject('urls').clickhouseUrl, 'snapshots')));
beforeEach(() => empty());
afterAll(() => drop());

const payload = (item: string) => ({ items: [item, 'ü\n'], scores: Float32Array.from([1, 0.1, 2, 3, 4, 5, 6, 7e-9]) });
const save = (item: string) =>
  saveSnapshot(store, { kind: 'trending', asOf: 1_795_000_000_123, positions: { 't:0': 7 }, payload: payload(item) });
/** As if the newest snapshot had been made this long before `NOW`. */
const NOW = Date.UTC(2026, 10, 24);
const HOUR = 3_600_000;
const made = async (item: string, hoursAgo: number): Promise<string> => {
  const { hash } = await save(item);
  await store.command(
    `INSERT INTO snapshots (kind, created_at, hash, as_of, positions, payload_base64)
     SELECT kind, fromUnixTimestamp64Milli({at:Int64}, 'UTC'), hash, as_of, positions, base64Encode(payload)
     FROM snapshots WHERE hash = {hash:String} ORDER BY created_at DESC LIMIT 1`,
    { at: NOW - hoursAgo * HOUR, hash },
  );
  await store.command(`DELETE FROM snapshots WHERE created_at > {now:DateTime64(3)}`, {
    now: '2026-11-24 00:00:00.000',
  });
  return hash;
};
const kept = async (): Promise<string[]> =>
  (await store.query<{ hash: string }>('SELECT hash FROM snapshots ORDER BY created_at')).map((row) => row.hash);

test('a snapshot comes back byte for byte, by kind and by hash', async () => {
  const { hash, bytes, saved } = await save('a');
  expect(saved).toBe(true);
  const latest = await latestSnapshot(store, 'trending');
  expect(latest).toEqual({
    kind: 'trending',
    hash,
    asOf: 1_795_000_000_123,
    positions: { 't:0': 7 },
    payload: payload('a'),
  });
  expect(await snapshotByHash(store, hash)).toEqual(latest);
  expect(await store.query('SELECT bytes FROM snapshots')).toEqual([{ bytes }]);
  expect(await latestSnapshot(store, 'sessions')).toBeNull();
  expect(await snapshotByHash(store, 'none')).toBeNull();
});

test('the same content again is no new row; an older content that returns is in force again', async () => {
  const a = await save('a');
  expect(await save('a')).toMatchObject({ hash: a.hash, saved: false });
  const b = await save('b');
  expect(await latestHashes(store)).toEqual({ trending: b.hash });
  expect((await save('a')).saved).toBe(true);
  expect(await latestHashes(store)).toEqual({ trending: a.hash });
});

test('bytes that are not what the hash says are an error, not a list', async () => {
  await save('a');
  await store.command(
    `ALTER TABLE snapshots UPDATE payload = concat(payload, 'x') WHERE 1 SETTINGS mutations_sync = 1`,
  );
  await expect(latestSnapshot(store, 'trending')).rejects.toMatchObject({ code: 'internal' });
});

test('what was last in force before the bound is dropped; in force since, or named by a list, it stays', async () => {
  const old = await made('old', 100);
  const named = await made('named', 90);
  const longInForce = await made('long in force', 80); // until 10 hours ago
  const recent = await made('recent', 10);
  const now = await made('now', 1);
  const seconds = (ms: number) => (ms / 1000).toFixed(3);
  await store.insertRows('lists', [
    { outcome: 'accepted', snapshots: { trending: named }, expires_at: seconds(NOW + HOUR) },
    { outcome: 'accepted', snapshots: { trending: old }, expires_at: seconds(NOW - HOUR) },
  ]);
  expect(await dropSnapshots(store, { now: NOW, keepMs: 24 * HOUR })).toBe(1);
  expect(await kept()).toEqual([named, longInForce, recent, now]);
});

test('a content that was in force lately is kept although it was made long ago as well', async () => {
  const a = await made('a', 100);
  const b = await made('b', 90);
  await made('a', 10);
  const c = await made('c', 1);
  await dropSnapshots(store, { now: NOW, keepMs: 24 * HOUR });
  expect(await kept()).toEqual([a, b, a, c]);
  await dropSnapshots(store, { now: NOW, keepMs: 2 * HOUR });
  expect(await kept()).toEqual([a, a, c]);
  await dropSnapshots(store, { now: NOW, keepMs: HOUR / 2 });
  expect(await kept()).toEqual([c]);
});
