import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { createArtifacts } from '@nextcart/artifacts';
import { type RecommendationList, recommendationListCodec, topics, WIRE_HEADER_BYTES } from '@nextcart/contracts';
import type { Kafka } from '@nextcart/kafka';
import { createHealth, createLogger, createMetrics, systemClock } from '@nextcart/runtime';
import { uniqueName } from '@nextcart/runtime/testing';
import { createScorer } from '@nextcart/scorer';
import type { FaultSystem } from './fault-system.ts';
import { type PlacedRecord, readLog } from './read-log.ts';
import { untilCommitted } from './until.ts';

/** What a reader of the topic has of a subject. */
interface Current {
  /** Null for a tombstone. */
  list: RecommendationList | null;
  /** Of the newest list by trigger. */
  trigger: number;
  /** Every record of the key: its offset, and its list's trigger or that it is a tombstone. */
  readonly records: string[];
  /** The key's last record, which is all that compaction leaves, is that list. */
  isLast: boolean;
}

/** By subject: the newest list wins (law 7); a tombstone counts from where it stands. */
const currentLists = (log: readonly PlacedRecord[]): Map<string, Current> => {
  const codec = recommendationListCodec();
  const current = new Map<string, Current>();
  for (const { key, value, offset } of log) {
    const subject = String(key);
    if (subject === '*' || subject.startsWith('item:')) continue;
    const before = current.get(subject);
    const records = before?.records ?? [];
    if (value === null) {
      records.push(`${offset}: tombstone`);
      current.set(subject, { list: null, trigger: before?.trigger ?? -1, isLast: true, records });
      continue;
    }
    const list = codec.decode(value.subarray(WIRE_HEADER_BYTES));
    records.push(`${offset}: of ${list.triggerOffset}`);
    if (before !== undefined && list.triggerOffset < before.trigger) before.isLast = false;
    else current.set(subject, { list, trigger: list.triggerOffset, isLast: true, records });
  }
  return current;
};

/** A log that takes no events: the reference may look at the log, and never add to it. */
const withoutEvents = (kafka: Kafka): Kafka => ({
  ...kafka,
  createProducer: async (options) => {
    const producer = await kafka.createProducer(options);
    return {
      ...producer,
      sendAll: (records) => producer.sendAll(records.filter(({ topic }) => topic !== topics.events.name)),
    };
  },
});

/** Every subject's list by a scorer that was never disturbed, has seen nothing but the log, and began at its start. */
const referenceLists = async ({ kafka, store, registry }: FaultSystem): Promise<Map<string, Current>> => {
  const name = uniqueName('reference');
  await kafka.admin.ensureTopics([{ ...topics.recommendations, name }]);
  const scorer = createScorer({
    ...{ kafka: withoutEvents(kafka), store, registry, clock: systemClock },
    artifacts: createArtifacts({ fetchedDir: join(tmpdir(), name) }),
    ...{ log: createLogger('reference', 'silent'), metrics: createMetrics('reference'), health: createHealth() },
    options: { groupId: name, listsTopic: name },
  });
  try {
    await scorer.started;
    await untilCommitted(kafka, name);
  } finally {
    await scorer.close();
  }
  const lists = currentLists(await readLog(kafka, name));
  await kafka.admin.deleteTopics([name]);
  return lists;
};

const idsOf = (current: Current | undefined): string =>
  (current?.list?.items ?? []).map(({ itemId }) => itemId).join(' ');

const tell = (current: Current | undefined): string =>
  current === undefined ? 'nothing' : `[${idsOf(current)}] in the end of (${current.records.join(', ')})`;

/** All of a list but when it was made. */
const made = ({ subject, recommId, items, release, snapshots, catalogPosition, partition }: RecommendationList) => ({
  ...{ subject, recommId, items, release, snapshots, catalogPosition, partition },
});

export interface ListFaults {
  /** Subjects that were compared. */
  readonly subjects: number;
  /** Of those, lists that have the reference's trigger and were compared in everything: scores, reasons, names. */
  readonly whole: number;
  readonly wrong: string[];
}

/**
 * The last list of every subject against the reference's:
 * - the same items in the same order, whichever trigger they were published at: no accepted event above a list's
 *   trigger would change it;
 * - where the trigger is the same, the same list altogether: it equals its recomputation;
 * - the last record of a key is its newest list.
 */
export const checkLists = async (system: FaultSystem): Promise<ListFaults> => {
  const expected = await referenceLists(system);
  const found = currentLists(await readLog(system.kafka, topics.recommendations.name));
  const wrong: string[] = [];
  let whole = 0;
  for (const subject of new Set([...expected.keys(), ...found.keys()])) {
    const theirs = expected.get(subject);
    const ours = found.get(subject);
    if (idsOf(ours) !== idsOf(theirs)) wrong.push(`${subject}: ${tell(ours)}, should be ${tell(theirs)}`);
    if (ours?.isLast === false) wrong.push(`${subject}: an older list stands behind the newest: ${tell(ours)}`);
    if (ours?.list == null || theirs?.list == null || ours.trigger !== theirs.trigger) continue;
    whole += 1;
    if (!isDeepStrictEqual(made(ours.list), made(theirs.list)))
      wrong.push(`${subject}: another list for the same trigger ${ours.trigger}`);
  }
  return { subjects: expected.size, whole, wrong };
};
