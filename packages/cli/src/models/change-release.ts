/** Puts another release in force, and waits until every scorer has it. */
import { topics } from '@nextcart/contracts';
import type { Clock } from '@nextcart/runtime';
import { type Activation, awaitActivation } from './await-activation.ts';
import { checkOpens } from './check-artifact.ts';
import { artifactOf, completeId, releaseIds } from './find-release.ts';
import { openReleases, publishRecord, type Releases, type ReleaseTopic, releasesOf } from './read-releases.ts';

export interface ChangeDeps extends ReleaseTopic {
  readonly clock: Clock;
  /** How long scorers are waited for. */
  readonly timeoutMs: number;
  /** `behaviour-events.v1` where absent: each of its partitions has a scorer. */
  readonly eventsTopic?: string;
}

export interface Changed {
  readonly from: string | null;
  /** Null: lists are made without models again. */
  readonly to: string | null;
  readonly activation: Activation;
}

/** Throws before anything changed: for what is not there, is in force already, or can't be opened. */
export const promote = (deps: ChangeDeps, begun: string, by: string): Promise<Changed> =>
  change(deps, async ({ records, inForce }) => {
    const releaseId = completeId(releaseIds({ records }), begun);
    if (inForce?.releaseId === releaseId) throw new Error(`${releaseId} is in force already`);
    const artifact = artifactOf(records, releaseId);
    await checkOpens(artifact);
    const record = { releaseId, kind: 'promoted' as const, artifactUri: artifact.uri, artifactHash: artifact.hash };
    return { record: { ...record, decision: `promoted by ${by}` }, to: releaseId };
  });

/** Of the release in force where none is named. Throws before anything changed, as `promote` does. */
export const rollBack = (deps: ChangeDeps, begun: string | undefined, by: string): Promise<Changed> =>
  change(deps, async ({ inForce, line }) => {
    if (inForce === null) throw new Error('no release is in force: there is nothing to roll back');
    const releaseId = begun === undefined ? inForce.releaseId : lineId(line, begun);
    const next = line.filter((known) => known.releaseId !== releaseId).at(-1);
    // one that lies further back goes without anyone noticing
    if (next !== undefined && releaseId === inForce.releaseId) await checkOpens(next);
    return {
      record: { releaseId, kind: 'rolled_back' as const, decision: `rolled back by ${by}` },
      to: next?.releaseId ?? null,
    };
  });

const lineId = (line: Releases['line'], begun: string): string =>
  completeId(
    line.map(({ releaseId }) => releaseId),
    begun,
  );

const change = async (
  deps: ChangeDeps,
  decide: (releases: Releases) => Promise<{
    readonly record: Omit<Parameters<typeof publishRecord>[1], 'at'>;
    readonly to: string | null;
  }>,
): Promise<Changed> => {
  const { kafka, clock, timeoutMs, eventsTopic = topics.events.name } = deps;
  const follower = await openReleases(deps);
  try {
    const before = releasesOf(follower);
    const from = before.inForce?.releaseId ?? null;
    const { record, to } = await decide(before);
    const { partitions } = await kafka.admin.topic(eventsTopic);
    const seen = follower.records.length;
    await publishRecord(deps, { ...record, at: clock.now() });
    const activation =
      to === from
        ? { active: [], partitions: 0, seconds: 0 }
        : await awaitActivation({
            ...{ clock, partitions, timeoutMs, releaseId: to },
            records: () => follower.records.slice(seen),
          });
    return { from, to, activation };
  } finally {
    await follower.close();
  }
};
