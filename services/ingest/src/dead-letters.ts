import {
  deadLetterCodec,
  type LogRecord,
  positionKey,
  registrySubject,
  schemaText,
  wireEncode,
} from '@nextcart/contracts';
import type { Producer, RegistryClient } from '@nextcart/kafka';
import type { Quarantined } from './batch.ts';

/** Where refused records go, whole, so that they can be sent again once their cause is mended. */
export interface DeadLetters {
  /** Resolves when the broker has them. May be repeated: a letter's key is its record's position. */
  write(from: DeadLetterSource, letters: readonly Quarantined[]): Promise<void>;
}

export interface DeadLetterSource {
  readonly topic: string;
  readonly topicId: string;
  readonly partition: number;
}

const copyOf = (bytes: Buffer | null): Buffer | null => (bytes === null ? null : Buffer.from(bytes));

export const createDeadLetters = (deps: {
  readonly producer: Producer;
  readonly registry: RegistryClient;
  readonly topic: string;
}): DeadLetters => {
  let schemaId: number | undefined;
  const valueOf = (id: number, from: DeadLetterSource, { record, reason, fieldPath, schemaId: of }: Quarantined) =>
    wireEncode(
      id,
      deadLetterCodec().encode({
        ...from,
        ...{ offset: record.offset, appendedAt: record.appendedAt, reason, fieldPath, schemaId: of },
        ...{ key: copyOf(record.key), value: copyOf(record.value) },
      }),
    );
  const keyOf = (from: DeadLetterSource, record: LogRecord): Buffer =>
    Buffer.from(positionKey({ topicId: from.topicId, partition: from.partition, offset: record.offset }));
  return {
    write: async (from, letters) => {
      // asked at the first letter, so that a registry that is away keeps nothing else from starting
      schemaId ??= await deps.registry.register(registrySubject(deps.topic), schemaText('dead-letter'));
      const id = schemaId;
      await deps.producer.sendAll(
        letters.map((letter) => ({
          topic: deps.topic,
          key: keyOf(from, letter.record),
          value: valueOf(id, from, letter),
        })),
      );
    },
  };
};
