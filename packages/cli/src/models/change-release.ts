/** Puts another release in force, or two, and waits until every scorer has it. */
import type { Artifacts } from '@nextcart/artifacts';
import { createReleaseLine, type ModelRelease, nameInForce, topics } from '@nextcart/contracts';
import type { Clock } from '@nextcart/runtime';
import { type Activation, awaitActivation } from './await-activation.ts';
import { checkOpens } from './check-artifact.ts';
import { artifactOf, completeId, releaseIds } from './find-release.ts';
import {
  openReleases,
  publishRecord,
  type Releases,
  type ReleaseTopic,
  releasesOf,
  type Said,
  wholeRecord,
} from './read-releases.ts';

export interface ChangeDeps extends ReleaseTopic {
  readonly artifacts: Pick<Artifacts, 'folder'>;
  readonly clock: Clock;
  /** How long scorers are waited for. */
  readonly timeoutMs: number;
  /** `behaviour-events.v1` where absent: each of its partitions has a scorer. */
  readonly eventsTopic?: string;
}

/** What lists name as their release: 'A+B' while two are interleaved. */
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
    await checkOpens(deps.artifacts, artifact);
    const record = { releaseId, kind: 'promoted' as const, artifactUri: artifact.uri, artifactHash: artifact.hash };
    return { ...record, decision: `promoted by ${by}` };
  });

/** Of the release in force where none is named. Throws before anything changed, as `promote` does. */
export const rollBack = (deps: ChangeDeps, begun: string | undefined, by: string): Promise<Changed> =>
  change(deps, async ({ inForce, line }) => {
    if (inForce === null) throw new Error('no release is in force: there is nothing to roll back');
    const releaseId = begun === undefined ? inForce.releaseId : lineId(line, begun);
    const next = line.filter((known) => known.releaseId !== releaseId).at(-1);
    // one that lies further back goes without anyone noticing
    if (next !== undefined && releaseId === inForce.releaseId) await checkOpens(deps.artifacts, next);
    return { releaseId, kind: 'rolled_back' as const, decision: `rolled back by ${by}` };
  });

const lineId = (line: Releases['line'], begun: string): string =>
  completeId(
    line.map(({ releaseId }) => releaseId),
    begun,
  );

/** `decide`: the record that changes what there is. */
export const change = async (
  deps: ChangeDeps,
  decide: (releases: Releases) => Promise<Omit<Said, 'at'>>,
): Promise<Changed> => {
  const { kafka, clock, timeoutMs, eventsTopic = topics.events.name } = deps;
  const follower = await openReleases(deps);
  try {
    const record = { ...(await decide(releasesOf(follower))), at: clock.now() };
    const seen = follower.records.length;
    const from = nameInForce(follower.line);
    const to = nameAfter([...follower.records, wholeRecord(record)]);
    const { partitions } = await kafka.admin.topic(eventsTopic);
    await publishRecord(deps, record);
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

const nameAfter = (records: readonly ModelRelease[]): string | null => {
  const line = createReleaseLine();
  for (const record of records) line.apply(record);
  return nameInForce(line);
};
