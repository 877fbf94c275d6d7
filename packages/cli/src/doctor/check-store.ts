import { pendingMigrations, type Store } from '@nextcart/clickhouse';
import { integer } from '../print.ts';
import { type Finding, ill, well } from './finding.ts';

export const checkMigrations = async (store: Store): Promise<Finding[]> => {
  const { missing, changed } = await pendingMigrations(store);
  const what = 'clickhouse tables';
  return [
    ...(missing.length === 0 ? [] : [ill(what, `not applied: ${missing.join(', ')}`, 'run `nextcart setup`')]),
    ...(changed.length === 0
      ? []
      : [
          ill(
            what,
            `applied in another wording: ${changed.join(', ')}`,
            'put the files back as they were and write the change as a file with a new number',
          ),
        ]),
    ...(missing.length + changed.length === 0 ? [well(what, 'all migrations applied')] : []),
  ];
};

/**
 * A subject's events must all be in one partition, or their order is lost and two scorers own them. Looks at the whole
 * history of the topic.
 */
export const checkSplitSubjects = async (store: Store, topicId: string): Promise<Finding[]> => {
  const rows = await store.query<{ split: number; example: string; partitions: number[] }>(
    `SELECT count() AS split, any(subject) AS example, any(partitions) AS partitions FROM (
       SELECT subject, groupUniqArray(partition) AS partitions FROM subject_events
       WHERE topic_id = {topicId:UUID} GROUP BY subject HAVING length(partitions) > 1
     )`,
    { topicId },
    { max_bytes_before_external_group_by: '500000000' }, // beyond, millions of subjects go over the disk
  );
  const what = 'subjects split between partitions';
  const { split = 0, example = '', partitions = [] } = rows[0] ?? {};
  if (split === 0) return [well(what, 'none')];
  return [
    ill(
      what,
      `${integer(split)}, such as '${example}' in partitions ${partitions.toSorted((a, b) => a - b).join(' and ')}`,
      'all producers of behaviour-events.v1 must hash keys alike: set one partitioner everywhere (librdkafka: partitioner=murmur2_random; Java and kafkajs have murmur2), and key every event by userId, else visitorId',
    ),
  ];
};
