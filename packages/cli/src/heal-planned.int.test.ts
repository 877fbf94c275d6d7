import { healRange, rebuildWindows } from '@nextcart/clickhouse';
import { migratedStore } from '@nextcart/clickhouse/testing';
import { formatPlan, planToken } from '@nextcart/contracts';
import { createKafka, kafkaConnection } from '@nextcart/kafka';
import { createLogger, systemClock } from '@nextcart/runtime';
import { uniqueName } from '@nextcart/runtime/testing';
import { expect, inject, onTestFinished, test } from 'vitest';
import { healPlanned } from './heal-planned.ts';
import { differences, readWindowTotals } from './window-totals.ts';

const urls = inject('urls');
const log = createLogger('test', 'error');
const clock = systemClock;

test('windows made again after a crash between rows and views count each row once, also when ingest comes back and heals', async () => {
  const { store, drop } = await migratedStore(urls.clickhouseUrl, 'healed');
  onTestFinished(() => drop());
  const kafka = createKafka({
    connection: kafkaConnection({ KAFKA_BROKERS: urls.kafkaBrokers.split(','), KAFKA_TLS: 'false' }, 'test-healed'),
    ...{ log, clock },
  });
  const [topic, group] = [uniqueName('healed'), uniqueName('healed-group')];
  onTestFinished(async () => {
    await kafka.admin.deleteTopics([topic]);
    await kafka.close();
  });
  await kafka.admin.ensureTopics([{ name: topic, schema: 'behaviour-event', partitions: 1, config: {} }]);
  const { topicId } = await kafka.admin.topic(topic);
  const range = { topicId, partition: 0, first: 0, last: 99 };

  const planned = Promise.withResolvers<void>();
  const ingest = await kafka.consume({
    ...{ groupId: group, topic },
    onAssigned: async ({ commit }) => {
      await commit(0, formatPlan({ topicId, last: 99, watermarks: {}, cleaning: null, catalog: '' }));
      planned.resolve();
      return { startOffset: 0, process: async () => {}, release: async () => {} };
    },
  });
  await planned.promise;
  await ingest.close();
  await store.command('DETACH TABLE window_minutes_view SYNC');
  const rows = Array.from({ length: 100 }, (_, offset) => ({
    ...{ topic_id: topicId, partition: 0, offset, outcome: 'accepted', event_type: 'view' },
    ...{ event_time: 1_795_488_748 + offset, visitor_id: 'v1', item_id: 'i1' },
  }));
  await store.insertRows('events', rows, { token: planToken(topicId, 0, 0, 99) });
  await store.command('ATTACH TABLE window_minutes_view');
  expect(differences(await readWindowTotals({ store, clock }))).toHaveLength(2);

  await healPlanned({ kafka, store }, { group, topic });
  await rebuildWindows(store, { log, clock });
  expect(differences(await readWindowTotals({ store, clock }))).toEqual([]);
  await healRange(store, 'events', range); // what ingest does when it starts
  expect(differences(await readWindowTotals({ store, clock }))).toEqual([]);
});
