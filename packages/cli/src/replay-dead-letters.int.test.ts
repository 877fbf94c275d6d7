import { deadLetterCodec, wireEncode } from '@nextcart/contracts';
import { createKafka, kafkaConnection } from '@nextcart/kafka';
import { createLogger, systemClock } from '@nextcart/runtime';
import { uniqueName } from '@nextcart/runtime/testing';
import { expect, inject, onTestFinished, test } from 'vitest';
import { replayDeadLetters } from './replay-dead-letters.ts';

const clock = systemClock;

test('letters that expired since the last replay are passed over, and the replay ends', {
  timeout: 120_000,
}, async () => {
  const kafka = createKafka({
    connection: kafkaConnection(
      { KAFKA_BROKERS: inject('urls').kafkaBrokers.split(','), KAFKA_TLS: 'false' },
      'letters',
    ),
    ...{ log: createLogger('test', 'error'), clock },
  });
  const [letters, target] = [uniqueName('letters'), uniqueName('letters-target')];
  onTestFinished(async () => {
    await kafka.admin.deleteTopics([letters, target]);
    await kafka.close();
  });
  const spec = { schema: 'dead-letter', partitions: 1 } as const;
  await kafka.admin.ensureTopics([
    // the cleaner looks after these each 15 s, after those that are deleted alone each 5 minutes
    {
      ...{ ...spec, name: letters },
      config: { 'cleanup.policy': 'compact,delete', 'segment.ms': '100', 'retention.ms': '1000' },
    },
    { ...spec, name: target, config: {} },
  ]);
  const producer = await kafka.createProducer();
  const send = (offset: number) => {
    const letter = {
      ...{
        topic: target,
        topicId: '11111111-1111-4111-8111-111111111111',
        partition: 0,
        offset,
        appendedAt: clock.now(),
      },
      ...{ reason: 'not_avro', fieldPath: '', schemaId: -1, key: null, value: Buffer.from('x') },
    } as const;
    const value = wireEncode(1, deadLetterCodec().encode(letter));
    return producer.sendAll([{ topic: letters, key: Buffer.from(`${offset}`), value }]);
  };
  await send(0);
  expect(await replayDeadLetters(kafka, undefined, letters)).toEqual({ sent: 1, skipped: 0 });
  await send(1);
  await send(2);
  await producer.close();
  const expired = async () => ((await kafka.admin.offsets(letters))[0]?.start ?? 0) > 1;
  await expect.poll(expired, { timeout: 60_000, interval: 1000 }).toBe(true);

  expect(await replayDeadLetters(kafka, undefined, letters)).toMatchObject({ skipped: 0 });
});
