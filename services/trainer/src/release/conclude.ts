/** What a cycle came to, told to everybody: a row, and a record of model-releases.v1. Told twice it is the same. */
import { type CycleRun, insertModelRun, type ModelRun, type Store } from '@nextcart/clickhouse';
import type { ReleaseResult } from '@nextcart/contracts';
import { type ReleaseLog, releaseRecord } from './release-log.ts';

export interface ConcludeDeps {
  readonly store: Store;
  readonly releases: ReleaseLog;
  readonly attempt: <T>(query: () => Promise<T>) => Promise<T>;
}

/**
 * The row first: where it is, the cycle has been decided, and whoever does it again only tells the rest. A record that is
 * there already is not written again: a release that was rolled back meanwhile must not come back into force.
 */
export const conclude = async ({ store, releases, attempt }: ConcludeDeps, run: CycleRun): Promise<ReleaseResult> => {
  const { release, verdict, reasons } = run;
  await attempt(() => insertModelRun(store, run));
  const { records } = await attempt(() => releases.read());
  const told = records.some(({ releaseId, kind }) => releaseId === release && isDecision(kind));
  if (!told) await attempt(() => releases.publish(recordOf(run)));
  return { release, verdict, hash: run.artifactHash || null, reasons };
};

const isDecision = (kind: string): boolean => kind === 'released' || kind === 'rejected';

const recordOf = (run: ModelRun) =>
  releaseRecord({
    releaseId: run.release,
    kind: run.verdict === 'pass' ? 'released' : 'rejected',
    at: run.at,
    artifactUri: run.artifactUri || null,
    artifactHash: run.artifactHash || null,
    trainingRange: Object.fromEntries(
      run.ranges.filter(({ from, to }) => from < to).map(({ partition, from, to }) => [partition, `${from}-${to - 1}`]),
    ),
    metrics: Object.fromEntries(Object.entries(run.metrics).map(([name, { value }]) => [name, value])),
    decision: run.reasons.join('\n'),
  });
