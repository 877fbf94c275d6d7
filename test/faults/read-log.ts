import type { LogRecord } from '@nextcart/contracts';
import type { Kafka } from '@nextcart/kafka';

/** A record with its partition. */
export interface PlacedRecord extends LogRecord {
  readonly partition: number;
}

/** All that a topic holds now, in the order of each partition. */
export const readLog = async (kafka: Kafka, topic: string): Promise<PlacedRecord[]> => {
  const read: PlacedRecord[] = [];
  const tail = await kafka.tail({
    topic,
    from: 'start',
    onRecords: async (partition, records) => {
      for (const record of records) read.push({ ...record, partition });
    },
  });
  await tail.caughtUp;
  await tail.close();
  return read;
};
