/**
 * Tables of a release's needs: sql/160_needs.sql to 163_behaviour.sql. Invariants: rows replace those of the same key, so
 * that a release that is written again has them once; segments are written last, so that a release that has them is whole.
 */
import { tables } from '@nextcart/contracts';
import type {
  CorrelationRow,
  DistributionRow,
  NeedRow,
  ReleaseNeeds,
  SegmentRow,
  SubjectNeedsRow,
} from './needs-rows.ts';
import type { Store } from './store.ts';

/** Releases whose subjects are kept; of the others only what is said of all subjects together. */
export const KEPT_RELEASES = 10;

/** Then lets go of the subjects of older releases. */
export const insertNeeds = async (store: Store, written: ReleaseNeeds, signal?: AbortSignal): Promise<void> => {
  const { release } = written;
  const at = (written.at / 1000).toFixed(3);
  const insert = (table: string, rows: readonly object[]) =>
    store.insertRows(
      table,
      rows.map((row) => ({ release, at, ...row })),
      signal === undefined ? {} : { signal },
    );
  await insert(
    tables.needs,
    written.needs.map(({ itemIds, ...row }) => ({ ...row, item_ids: itemIds })),
  );
  await insert(tables.subjectNeeds, written.subjects);
  await insert(
    tables.behaviourDistributions,
    written.distributions.map(({ standardDeviation, ...row }) => ({ ...row, standard_deviation: standardDeviation })),
  );
  await insert(
    tables.behaviourCorrelations,
    written.correlations.map(({ isNeed, ...row }) => ({ ...row, is_need: isNeed })),
  );
  await insert(tables.segments, written.segments);
  await dropOldSubjects(store);
};

const dropOldSubjects = async (store: Store): Promise<void> => {
  const old = await store.query<{ release: string }>(
    `SELECT release FROM ${tables.subjectNeeds} GROUP BY release ORDER BY max(at) DESC, release
     LIMIT 1000 OFFSET ${KEPT_RELEASES}`,
  );
  for (const { release } of old)
    await store.command(`ALTER TABLE ${tables.subjectNeeds} DROP PARTITION {release:String}`, { release });
};

/** The release whose needs are whole and newest, or null. */
export const newestNeedsRelease = async (store: Store): Promise<string | null> => {
  const [row] = await store.query<{ release: string }>(
    `SELECT release FROM ${tables.segments} GROUP BY release ORDER BY max(at) DESC, release DESC LIMIT 1`,
  );
  return row?.release ?? null;
};

/** By number; empty where the release has none, or not yet all of its rows. */
export const readSegments = (store: Store, release: string): Promise<SegmentRow[]> =>
  store.query<SegmentRow>(
    `SELECT segment, name, subjects, share FROM ${tables.segments} FINAL WHERE release = {release:String} ORDER BY segment`,
    { release },
  );

/** Those that most subjects have as their strongest first. */
export const readNeeds = (store: Store, release: string): Promise<NeedRow[]> =>
  store.query<NeedRow>(
    `SELECT need, name, item_ids AS itemIds, items, categories, words, share
     FROM ${tables.needs} FINAL WHERE release = {release:String} ORDER BY share DESC, need`,
    { release },
  );

/** Null for a subject that the release did not see. */
export const readSubjectNeeds = async (
  store: Store,
  release: string,
  subject: string,
): Promise<SubjectNeedsRow | null> => {
  const [row] = await store.query<SubjectNeedsRow>(
    `SELECT subject, segment, needs, strengths FROM ${tables.subjectNeeds} FINAL
     WHERE release = {release:String} AND subject = {subject:String}`,
    { release, subject },
  );
  return row ?? null;
};

export const readDistributions = (store: Store, release: string): Promise<DistributionRow[]> =>
  store.query<DistributionRow>(
    `SELECT name, n, missing, mean, standard_deviation AS standardDeviation, least, p5, p25, median, p75, p95, most, zeros
     FROM ${tables.behaviourDistributions} FINAL WHERE release = {release:String} ORDER BY name`,
    { release },
  );

/** Strongest first. */
export const readCorrelations = (store: Store, release: string): Promise<CorrelationRow[]> =>
  store.query<CorrelationRow>(
    `SELECT a, b, is_need AS isNeed, rho, low, high, n
     FROM ${tables.behaviourCorrelations} FINAL WHERE release = {release:String} ORDER BY abs(rho) DESC, a, b`,
    { release },
  );
