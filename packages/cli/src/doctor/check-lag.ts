import { readPositions, type Store } from '@nextcart/clickhouse';
import { groups, topics } from '@nextcart/contracts';
import type { CommittedOffset, Kafka, PartitionOffsets } from '@nextcart/kafka';
import { integer } from '../print.ts';
import { type Finding, ill, look, well } from './finding.ts';

/** Records behind which a pipeline is called late: one full batch of ingest. */
const MUCH = 50_000;

export interface Pipeline {
  readonly group: string;
  readonly topic: string;
  /** The service that works it. */
  readonly service: string;
  /** Where its records become rows; the group's offset then stands at the *first* record of the newest batch. */
  readonly table?: 'events' | 'catalog' | 'lists';
}

export const pipelines: readonly Pipeline[] = [
  { group: groups.ingestEvents, topic: topics.events.name, service: 'ingest', table: 'events' },
  { group: groups.ingestCatalog, topic: topics.catalog.name, service: 'ingest', table: 'catalog' },
  { group: groups.ingestLists, topic: topics.recommendations.name, service: 'ingest', table: 'lists' },
  { group: groups.scorer, topic: topics.events.name, service: 'scorer' },
];

/** Records between what the group has worked off and the end of the log; null where nobody knows. */
export const lagOf = (
  at: PartitionOffsets,
  committed: CommittedOffset | undefined,
  stored: number | undefined,
): number | null => {
  if (committed === undefined) return at.end === at.start ? 0 : null;
  // the plan is committed before the insert: the table tells whether the planned batch is in
  return Math.max(0, at.end - Math.max(committed.offset, stored ?? 0, at.start));
};

export const judgeLag = (pipeline: Pipeline, partition: number, lag: number | null): Finding => {
  const what = `lag of ${pipeline.group}, ${pipeline.topic} partition ${partition}`;
  const cure = `is the service '${pipeline.service}' running, and what does its /health/ready say?`;
  if (lag === null) return ill(what, 'unknown: the group has no offset there', cure);
  return lag > MUCH ? ill(what, `${integer(lag)} records`, cure) : well(what, `${integer(lag)} records`);
};

/** `store` is null where ClickHouse does not answer: then a batch that is in counts as lag. */
export const checkLag = async (kafka: Kafka, store: Store | null): Promise<Finding[]> => {
  const findings: Finding[] = [];
  for (const pipeline of pipelines) {
    const { group, topic, table } = pipeline;
    findings.push(
      ...(await look(`lag of ${group}`, 'see the broker', async () => {
        const { topicId } = await kafka.admin.topic(topic);
        const committed = await kafka.admin.committed(group, topic);
        const rows = table === undefined || store === null ? [] : await readPositions(store, table, topicId);
        const stored = new Map(rows.map(({ partition, next }) => [partition, next]));
        return (await kafka.admin.offsets(topic)).map((at) =>
          judgeLag(pipeline, at.partition, lagOf(at, committed.get(at.partition), stored.get(at.partition))),
        );
      })),
    );
  }
  return findings;
};
