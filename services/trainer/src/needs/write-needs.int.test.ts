import {
  newestNeedsRelease,
  readCorrelations,
  readDistributions,
  readNeeds,
  readSegments,
  readSubjectNeeds,
  type Store,
} from '@nextcart/clickhouse';
import { insertTestEvents, migratedStore } from '@nextcart/clickhouse/testing';
import { flags, type NeedsProgress } from '@nextcart/contracts';
import type { Artifact } from '@nextcart/models';
import { createLogger, systemClock } from '@nextcart/runtime';
import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import {
  catalogRows,
  DEPARTMENTS,
  departmentOf,
  ranges,
  SUBJECTS,
  TOPIC_ID,
  tastefulEvents,
  tastefulRelease,
} from './tasteful-shop.fixture.ts';
import { writeNeeds } from './write-needs.ts';

const TABLES = ['needs', 'subject_needs', 'segments', 'behaviour_distributions', 'behaviour_correlations'];
const subjects = Array.from({ length: SUBJECTS }, (_, at) => `u${at}`);

let store: Store;
let drop: () => Promise<void>;
let artifact: Artifact;
beforeAll(async () => {
  ({ store, drop } = await migratedStore(inject('urls').clickhouseUrl, 'write_needs'));
  await store.insertRows('catalog', catalogRows);
  artifact = await tastefulRelease();
});
afterAll(() => drop());
beforeEach(async () => {
  for (const table of [...TABLES, 'events', 'subject_events']) await store.command(`TRUNCATE TABLE ${table}`);
  await insertTestEvents(store, tastefulEvents(), 'tasteful');
});

const deps = () => ({ store, log: createLogger('test', 'error'), clock: systemClock });
const release = (change: Partial<Artifact> = {}, releaseId = 'r1') => ({
  ...{ releaseId, topicId: TOPIC_ID, ranges },
  artifact: { ...artifact, ...change },
});
const never = new AbortController().signal;
const write = (of = release()) => writeNeeds(deps(), of, never);
/** All rows, without what is only a release's name. */
const rowsOf = (table: string) =>
  store.query<Record<string, unknown>>(`SELECT * EXCEPT (release) FROM ${table} FINAL ORDER BY ALL`);
const allRows = () => Promise.all(TABLES.map(rowsOf));

test('needs and segments are called by what people of a taste look at, and people are given those of their taste', async () => {
  const steps: NeedsProgress[] = [];
  const result = await writeNeeds(deps(), release(), never, (step) => steps.push(step));
  const needs = await readNeeds(store, 'r1');
  expect(result).toEqual({ kind: 'written', subjects: SUBJECTS, needs: needs.length, segments: 7 });
  expect(await newestNeedsRelease(store)).toBe('r1');
  expect(steps.at(-1)).toEqual({ stage: 'write', done: SUBJECTS, total: SUBJECTS });

  const all = new Map(needs.map((need) => [need.need, need]));
  const segments = await readSegments(store, 'r1');
  expect(segments.reduce((sum, segment) => sum + segment.subjects, 0)).toBe(SUBJECTS);
  const hits = { need: 0, segment: 0 };
  for (const subject of subjects) {
    const own = await readSubjectNeeds(store, 'r1', subject);
    expect(own?.strengths).toEqual(own?.strengths.toSorted((a, b) => b - a));
    const strongest = all.get(own?.needs[0] ?? -1);
    hits.need += Number(strongest?.categories.includes(`Everything > ${departmentOf(subject)}`) ?? false);
    hits.segment += Number(segments[own?.segment ?? -1]?.name.includes(departmentOf(subject)) ?? false);
  }
  // one in three by chance; a dimension need not be of one department
  expect(hits.need / SUBJECTS).toBeGreaterThan(0.6);
  expect(hits.segment / SUBJECTS).toBeGreaterThan(0.8);
  for (const need of needs) {
    expect(need.items.every((title, at) => title === `The ${need.itemIds[at]}`)).toBe(true);
    // what everybody has and searches names nothing
    expect(need.categories).not.toContain('Everything');
    expect(need.words).not.toContain('good');
  }
  const words = new Set(needs.flatMap((need) => need.words));
  expect(words).toEqual(new Set(DEPARTMENTS.map((name) => name.toLowerCase())));
});

test('distributions and correlations say what the events say', async () => {
  await write();
  const views = (await readDistributions(store, 'r1')).find(({ name }) => name === 'views');
  expect(views).toMatchObject({ n: SUBJECTS, missing: 0, mean: 6, standardDeviation: 0, median: 6, zeros: 0 });
  const pairs = await readCorrelations(store, 'r1');
  // three purchases a subject, and one price each: spend and the size of a basket are in one order
  const paid = pairs.find(({ a, b }) => a === 'basket value' && b === 'spend');
  expect(paid).toMatchObject({ isNeed: false, n: SUBJECTS });
  expect(paid?.rho).toBeCloseTo(1, 9);
  // the department follows from the number by 3, the price by 9
  const withNeed = pairs.filter(({ isNeed, a }) => isNeed && a === 'spend');
  expect(Math.max(...withNeed.map(({ rho }) => Math.abs(rho)))).toBeGreaterThan(0.1);
  expect(pairs.every(({ rho, low, high }) => low <= rho && rho <= high)).toBe(true);
});

test('the same release again has the same rows once: written already, cut short, or with more in the store', async () => {
  await write();
  const rows = await allRows();
  expect(await write()).toEqual({ kind: 'already' });
  // killed before its end
  await store.command('TRUNCATE TABLE segments');
  await store.command('DELETE FROM subject_needs WHERE cityHash64(subject) % 2 = 0');
  const later = tastefulEvents().map((event) => ({
    ...event,
    ...{ offset: event.offset + 10_000, subject: `u${(Number(event.subject.slice(1)) + 1) % SUBJECTS}` },
  }));
  await insertTestEvents(store, later, 'later');
  expect(await write()).toMatchObject({ kind: 'written' });
  expect(await allRows()).toEqual(rows);
});

test('robots are left out, and the newest where there are more subjects than are wanted', async () => {
  const robot = { topicId: TOPIC_ID, partition: 0, subject: 'robot', type: 'view', flags: flags.robot } as const;
  const end = ranges[0]?.to ?? 0;
  await insertTestEvents(store, [{ ...robot, offset: end, time: Date.UTC(2026, 10, 23), item: 'tea-1' }], 'robot');
  const wide = { ...release(), ranges: ranges.map((range) => ({ ...range, to: range.to + 1 - range.partition })) };
  const result = await writeNeeds({ ...deps(), mostSubjects: 60 }, wide, never);
  expect(result).toMatchObject({ subjects: 60 });
  const written = await store.query<{ subject: string }>('SELECT subject FROM subject_needs FINAL');
  // events go round: the last to come are the newest
  expect(new Set(written.map(({ subject }) => subject))).toEqual(new Set(subjects.slice(-60)));
});

test('a release without an autoencoder, or of a shop that nobody visits, has no needs', async () => {
  expect(await write(release({ models: {} }))).toMatchObject({
    kind: 'nothing',
    why: expect.stringMatching(/no autoencoder/),
  });
  const quiet = { ...release(), ranges: [{ partition: 0, from: 0, to: 9 }] };
  expect(await write(quiet)).toMatchObject({
    kind: 'nothing',
    why: expect.stringMatching(/9 subjects, 20 are enough/),
  });
  expect(await newestNeedsRelease(store)).toBeNull();
});

test('a release that can not be served is refused, one that is stopped is not whole', async () => {
  await expect(write(release({ manifest: { ...artifact.manifest, settings: {} } }))).rejects.toThrow(/there are none/);
  const stop = new AbortController();
  const stopped = writeNeeds(deps(), release(), stop.signal, ({ stage }) => {
    if (stage === 'needs') stop.abort(new Error('stopped'));
  });
  await expect(stopped).rejects.toThrow('stopped');
  expect(await newestNeedsRelease(store)).toBeNull();
});
