import { createLogger, systemClock } from '@nextcart/runtime';
import { uniqueName } from '@nextcart/runtime/testing';
import kafkajs from 'kafkajs';
import { expect, inject, test } from 'vitest';
import { createKafka } from './client.ts';
import { commitOffset } from './commit-offset.ts';
import { connectKafkajs } from './connect-kafkajs.ts';
import { createRegistryClient } from './registry-client.ts';
import { kafkaSuite } from './suite.ts';

const connect = () => ({
  connection: { brokers: inject('urls').kafkaBrokers.split(','), clientId: 'nextcart-test' },
  log: createLogger('test', 'silent'),
  clock: systemClock,
});

kafkaSuite(() => createKafka(connect()));

test('the broker itself refuses the commit of a member that it does not know', async () => {
  const groupId = uniqueName('group');
  const topic = uniqueName('expelled');
  const kafka = createKafka(connect());
  await kafka.admin.ensureTopics([{ name: topic, schema: 'behaviour-event', partitions: 1, config: {} }]);
  const consumer = await kafka.consume({
    groupId,
    topic,
    onAssigned: async ({ start }) => ({ startOffset: start, process: async () => {}, release: async () => {} }),
  });
  const cluster = connectKafkajs(connect()).cluster();
  await cluster.connect();
  await cluster.refreshMetadata();
  const membership = { memberId: 'expelled', generationId: 1 };
  const commit = commitOffset({
    // as a process that was frozen and knows of nothing: its own check passes
    hook: { membership: () => membership, coordinator: () => cluster.findGroupCoordinator({ groupId }) },
    membership,
    groupId,
    topic,
    partition: 0,
    offset: 1,
    metadata: '',
    signal: new AbortController().signal,
    clock: systemClock,
  });
  await expect(commit).rejects.toMatchObject({
    code: 'lost_partition',
    retry: false,
    cause: { name: 'KafkaJSProtocolError' },
  });
  expect(await kafka.admin.committed(groupId, topic)).toEqual(new Map());
  await cluster.disconnect();
  await consumer.close();
  await kafka.admin.deleteTopics([topic]);
  await kafka.close();
});

test('what the broker packs, as a topic may ask for, is read as it was sent', async () => {
  const topic = uniqueName('packed');
  const kafka = createKafka(connect());
  const config = { 'compression.type': 'zstd' };
  await kafka.admin.ensureTopics([{ name: topic, schema: 'behaviour-event', partitions: 1, config }]);
  const values = [20, 3000, 200_000].map((size) =>
    Buffer.from(Uint8Array.from({ length: size }, (_, i) => (i * i) >>> 5)),
  );
  const producer = await kafka.createProducer();
  for (const value of values) await producer.sendAll([{ topic, partition: 0, key: null, value }]);
  const codecs = kafkajs.CompressionCodecs;
  const make = codecs[kafkajs.CompressionTypes.ZSTD] as () => { decompress(bytes: Buffer): Promise<Buffer> };
  let unpacked = 0;
  codecs[kafkajs.CompressionTypes.ZSTD] = () => ({
    decompress: (bytes: Buffer) => {
      unpacked += 1;
      return make().decompress(bytes);
    },
  });
  const seen: (Buffer | null)[] = [];
  const tail = await kafka.tail({
    topic,
    from: 'start',
    onRecords: async (_, records) => void seen.push(...records.map(({ value }) => value)),
  });
  await tail.caughtUp;
  codecs[kafkajs.CompressionTypes.ZSTD] = make;
  expect(seen).toEqual(values);
  expect(unpacked).toBe(values.length);
  await kafka.admin.deleteTopics([topic]);
  await kafka.close();
});

test('a broker that is not there is said to be away, and may be asked again', async () => {
  const nowhere = createKafka({ ...connect(), connection: { brokers: ['127.0.0.1:1'], clientId: 'nextcart-test' } });
  await expect(nowhere.admin.topic('any')).rejects.toMatchObject({ code: 'broker_unavailable', retry: true });
  await nowhere.close();
});

test('without a broker a producer closes within its limit, and what it could not send says so', async () => {
  const nowhere = createKafka({ ...connect(), connection: { brokers: ['127.0.0.1:1'], clientId: 'nextcart-test' } });
  const producer = await nowhere.createProducer({ closeTimeoutMs: 300 });
  const record = { topic: 'any', key: null, value: Buffer.from('x') };
  const sends = [producer.sendAll([record]), producer.sendAll([record])].map((sent) =>
    expect(sent).rejects.toMatchObject({
      code: 'broker_unavailable',
      retry: false,
      message: expect.stringMatching(/within 0.3 s/),
    }),
  );
  const from = performance.now();
  await producer.close();
  expect(performance.now() - from).toBeLessThan(2000);
  await Promise.all(sends);
  await nowhere.close();
});

test('schemas are registered, read by id and subject, and an incompatible one is refused', async () => {
  const registry = createRegistryClient({
    url: inject('urls').schemaRegistryUrl,
    log: connect().log,
    clock: systemClock,
  });
  const subject = uniqueName('subject');
  const record = (...fields: object[]) => JSON.stringify({ type: 'record', name: 'R', fields });
  const schema = record({ name: 'a', type: 'int' });
  await registry.check();
  expect(await registry.latest(subject)).toBeNull();
  const id = await registry.register(subject, schema);
  expect(await registry.register(subject, schema)).toBe(id);
  expect(await registry.latest(subject)).toEqual({ id, version: 1, schema });
  expect(await registry.schema(id)).toBe(schema);
  expect(await registry.schema(2_000_000_000)).toBeNull();
  await expect(registry.register(subject, record({ name: 'b', type: 'int' }))).rejects.toMatchObject({
    code: 'bad_configuration',
  });
});
