/**
 * Takes away what is no longer needed. Invariants: releases that may be asked to serve, or that a cycle goes on from, stay;
 * nothing of a job that has not ended is touched.
 */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReleaseArtifact } from '@nextcart/contracts';
import type { Clock, Logger } from '@nextcart/runtime';
import { dataFolders, type ReleasePlace, releasesUri, releaseUri } from './data-folders.ts';
import { isReleaseId, ownerOf } from './job-ids.ts';
import { notThere } from './not-there.ts';
import type { TrainingQueue } from './queue.ts';
import { newestFull } from './release/rivals.ts';

export interface CleanUpDeps extends ReleasePlace {
  readonly keepReleases: number;
  readonly clock: Clock;
  readonly log: Logger;
  readonly line: () => Promise<readonly ReleaseArtifact[]>;
  readonly interleaved: () => Promise<ReleaseArtifact | null>;
  readonly queue: Pick<TrainingQueue, 'job' | 'isPending' | 'notes'>;
}

/** Rolling back may go so far; the gate's anchor, the last full training's, may lie behind. */
const LAST_IN_LINE = 3;
/** What is being written beside its name takes some seconds. */
const PARTIAL_MS = 3_600_000;
const PARTIAL = /\.partial-[0-9a-f-]+$/;

export const cleanUp = async (deps: CleanUpDeps): Promise<{ readonly removed: number }> => {
  const { dataDir, clock, log, queue } = deps;
  const { releasesDir, trainedDir, jobsDir } = dataFolders(dataDir);
  const removed: string[] = [];
  const remove = async (folder: string) => {
    await rm(folder, { recursive: true, force: true });
    removed.push(folder);
  };
  for (const dir of [releasesDir, trainedDir])
    for (const name of await namesIn(dir))
      if (PARTIAL.test(name) && (await ageMs(join(dir, name), clock)) > PARTIAL_MS) await remove(join(dir, name));
  for (const uri of await oldReleases(deps)) {
    await deps.artifacts.remove(uri);
    removed.push(uri);
  }
  for (const name of await namesIn(trainedDir))
    if (!PARTIAL.test(name) && !(await isWanted(queue, name))) await remove(join(trainedDir, name));
  for (const name of await namesIn(jobsDir))
    if (!(await queue.isPending(ownerOf(name)))) await remove(join(jobsDir, name));
  if (removed.length > 0) log.info({ removed }, 'cleaned_up');
  return { removed: removed.length };
};

/** Of a training that runs, or that its cycle's end still reads; one by itself for as long as its job is kept. */
const isWanted = async (queue: CleanUpDeps['queue'], trained: string): Promise<boolean> => {
  const job = await queue.job(ownerOf(trained));
  if (!job) return false;
  if (job.id !== trained) return queue.isPending(job.id as string);
  const parent = job.parent?.id;
  return parent === undefined || (await queue.isPending(trained)) || (await queue.isPending(parent));
};

/** Of the store and of the folder: there lie those of before there was a store, and those that never came to it. */
const oldReleases = async (deps: CleanUpDeps): Promise<readonly string[]> => {
  const { artifacts, keepReleases, line, interleaved, queue } = deps;
  /** Of a trainer that was killed while it put one there, or took it away. */
  const begun: string[] = [];
  const dated: { readonly name: string; readonly uri: string; readonly createdAt: string }[] = [];
  for (const { name, uri } of await allReleases(deps)) {
    // it is told of after it was written, which may wait for servers: asked before the line is, so that one of the two has it
    if (await queue.isPending(name)) continue;
    // one that does not open can't serve either, but a person may want to see why
    const found = await artifacts.find(uri).catch(damaged);
    if (found) dated.push({ name, uri, createdAt: found.manifest.createdAt });
    else if (found === undefined && isReleaseId(name)) begun.push(uri);
  }
  const served = await line();
  const kept = new Set(served.slice(-LAST_IN_LINE).map(({ releaseId }) => releaseId));
  const beside = await interleaved();
  if (beside) kept.add(beside.releaseId);
  const anchor = await newestFull(artifacts, served);
  if (anchor) kept.add(anchor.releaseId);
  for (const kind of ['warm', 'like'] as const) {
    const note = await queue.notes.last(kind);
    if (!note || !(await queue.isPending(note.jobId))) continue;
    const { parent, like } = (await queue.job<'release'>(note.jobId))?.data ?? {};
    for (const wanted of [parent, like]) if (wanted) kept.add(wanted.release);
  }
  const old = dated
    .sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1))
    .slice(keepReleases)
    .filter(({ name }) => !kept.has(name));
  return [...old.map(({ uri }) => uri), ...begun];
};

const allReleases = async ({ artifacts, dataDir, releasesUri: store }: CleanUpDeps) => {
  const places = store === undefined ? [{ dataDir }] : [{ dataDir }, { dataDir, releasesUri: store }];
  const found = await Promise.all(
    places.map(async (place) =>
      (await artifacts.names(releasesUri(place))).map((name) => ({ name, uri: releaseUri(place, name) })),
    ),
  );
  return found.flat().filter(({ name }) => !PARTIAL.test(name));
};

const namesIn = (dir: string): Promise<string[]> =>
  readdir(dir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });

const ageMs = async (path: string, clock: Clock): Promise<number> => {
  const found = await stat(path).catch(() => undefined);
  return found ? clock.now() - found.mtimeMs : 0;
};

const damaged = (error: unknown): null => {
  notThere(error);
  return null;
};
