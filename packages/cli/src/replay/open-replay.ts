import type { Artifacts } from '@nextcart/artifacts';
import { countPublishedLists, type PublishedCount, type Store } from '@nextcart/clickhouse';
import { NextcartError, type ReleaseArtifact, topics } from '@nextcart/contracts';
import { followReleases, type Kafka, type RegistryClient } from '@nextcart/kafka';
import { UNTRAINED } from '@nextcart/ranking';
import { createRecomputer } from './recompute-lists.ts';
import { findArtifact } from './released-models.ts';
import { reasonOf } from './skipped.ts';
import { type VerifyReport, verifyLists } from './verify-lists.ts';
import { replayWhatIf, type WhatIfReport } from './what-if.ts';

type VerifyOptions = Parameters<typeof verifyLists>[1];
type WhatIfOptions = Omit<Parameters<typeof replayWhatIf>[1], 'trainedBelow'>;

/** Published lists of the topics as they are now, made again. */
export interface Replay {
  /** Null while no release is in force. */
  readonly inForce: string | null;
  /** All lists that there are, by partition. */
  published(): Promise<PublishedCount[]>;
  verify(options: VerifyOptions): Promise<VerifyReport>;
  /** Throws 'bad_input' for a release that can't be opened. */
  whatIf(options: WhatIfOptions): Promise<WhatIfReport>;
  close(): Promise<void>;
}

const topicNames = (prefix: string) => ({
  events: `${prefix}${topics.events.name}`,
  catalog: `${prefix}${topics.catalog.name}`,
  lists: `${prefix}${topics.recommendations.name}`,
  releases: `${prefix}${topics.modelReleases.name}`,
});

/** '120-450' by partition, as releases name what they were trained on: the offset after the last. */
const below = (trainingRange: Readonly<Record<string, string>>): Map<number, number> =>
  new Map(
    Object.entries(trainingRange).flatMap(([partition, range]): [number, number][] => {
      const last = Number(/-(\d+)$/.exec(range)?.[1]);
      return Number.isNaN(last) ? [] : [[Number(partition), last + 1]];
    }),
  );

export const openReplay = async (deps: {
  readonly kafka: Kafka;
  readonly store: Store;
  readonly registry: RegistryClient;
  readonly artifacts: Pick<Artifacts, 'folder'>;
  /** Lists that the models are asked for in one call, and threads of one call: no list depends on them. */
  readonly batch: number;
  readonly threads: number;
  /** Before the names of the topics, for trials. */
  readonly topicPrefix?: string;
  /** Where a release lies; absent: where model-releases.v1 says. */
  readonly artifactOf?: (release: string) => ReleaseArtifact;
}): Promise<Replay> => {
  const { kafka, store, artifacts, batch, threads, topicPrefix = '' } = deps;
  const names = topicNames(topicPrefix);
  const idOf = async (topic: string) => (await kafka.admin.topic(topic)).topicId;
  const schemaText = (id: number) => deps.registry.schema(id);
  const topicIds = {
    ...{ events: await idOf(names.events), catalog: await idOf(names.catalog), lists: await idOf(names.lists) },
  };
  const follower = await followReleases({ kafka, topic: names.releases, schemaText });
  await follower.caughtUp;
  await follower.close();
  const { records } = follower;
  const artifactOf = deps.artifactOf ?? ((release: string) => findArtifact(records, release));
  const recomputer = createRecomputer({ store, topicIds, artifacts, artifactOf, batch, threads });

  return {
    inForce: follower.line.inForce()?.releaseId ?? null,
    published: () => countPublishedLists(store, { topicId: topicIds.lists }),
    verify: (options) =>
      verifyLists(
        { kafka, store, schemaText, lists: { topic: names.lists, topicId: topicIds.lists }, recomputer },
        options,
      ),
    whatIf: (options) => {
      const { release } = options;
      if (release !== UNTRAINED)
        try {
          artifactOf(release);
        } catch (error) {
          throw new NextcartError('bad_input', reasonOf(error), { retry: false });
        }
      const trained = records.findLast(({ releaseId, kind }) => releaseId === release && kind === 'released');
      return replayWhatIf(
        { store, topicIds, recomputer },
        { ...options, trainedBelow: below(trained?.trainingRange ?? {}) },
      );
    },
    close: () => recomputer.close(),
  };
};
