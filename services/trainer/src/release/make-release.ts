/**
 * The end of a cycle: what its trainings learned is measured, the gate decides, and what passes is released. Invariants: a
 * cycle is decided once: whoever does it again tells the same decision and the same artifact; what can't be opened or
 * can't be served is rejected with the reason in words, and never stops a cycle that comes after.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type CycleRun,
  checkTrainingSlices,
  countLooks,
  isCycle,
  readModelRun,
  readNewestTime,
} from '@nextcart/clickhouse';
import type { ReleaseResult } from '@nextcart/contracts';
import { untilDone } from '@nextcart/runtime';
import { dataFolders } from '../data-folders.ts';
import { notThere } from '../not-there.ts';
import { conclude } from './conclude.ts';
import { candidateName, type ReleaseDeps, type ReleaseRun } from './cycle.ts';
import { decideCycle } from './decide-cycle.ts';
import { createStages } from './stages.ts';
import { writtenRun } from './write-release.ts';

const DAY_MS = 86_400_000;

/** Rejects with the signal's reason where it was stopped, and for servers' and disks' faults; then it is done again. */
export const makeRelease = async (deps: ReleaseDeps, run: ReleaseRun): Promise<ReleaseResult> => {
  const { store, releases, clock, log, dataDir } = deps;
  const { jobId, payload, signal } = run;
  const { trainedDir } = dataFolders(dataDir);
  const written = () => writtenRun(deps, jobId, clock.now());
  const attempt = <T>(query: () => Promise<T>) => untilDone(deps, 'release', signal, query);
  const telling = { store, releases, attempt };
  const row = await attempt(() => readModelRun(store, jobId));
  const decided = row !== null && isCycle(row) ? row : await written();
  if (decided) return conclude(telling, decided);

  const measured = { topicId: payload.topicId, ranges: payload.slice };
  await attempt(() => checkTrainingSlices(store, measured));
  // by the shop's clock: an accelerated replay has all days of its log in one of ours
  const shopTime = await attempt(() => readNewestTime(store, measured));
  const dawn = shopTime - (shopTime % DAY_MS);
  const day = { topicId: payload.topicId, from: dawn, to: dawn + DAY_MS };
  const { line } = await attempt(() => releases.read());
  const stages = createStages(clock, run.onProgress);
  const decision = await decideCycle(
    { ...deps, attempt, signal, stages },
    { ...run, line, shopTime, looksToday: await attempt(() => countLooks(store, day)) },
  );
  // a trainer that was taken for dead may have come to its end meanwhile: what lies there is decided
  const others = decision.artifactUri === '' ? await written().catch(notThere) : undefined;
  const made: CycleRun = others ?? { ...decision, at: clock.now(), seconds: stages.seconds() };
  log.info({ jobId, verdict: made.verdict, reasons: made.reasons, seconds: made.seconds }, 'cycle_decided');
  const result = await conclude(telling, made);
  // what was only there for the pass over the slice
  await rm(join(trainedDir, candidateName(jobId)), { recursive: true, force: true });
  return result;
};
