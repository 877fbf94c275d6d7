import { type ModelRelease, modelReleaseCodec, wireEncode } from '@nextcart/contracts';
import type { OutgoingRecord } from '@nextcart/kafka';
import type { Clock } from '@nextcart/runtime';
import type { Sender } from './sender.ts';
import { answeredBelow, type Home } from './subject.ts';

/**
 * Says of partitions from which offset on they are scored by a release, or by two that are interleaved. True when the broker
 * has it; false when the scorer was closed before.
 */
export type TellActivation = (homes: readonly Home[], releaseId: string) => Promise<boolean>;

export const createTellActivation = (deps: {
  readonly sender: Sender;
  readonly topic: string;
  readonly schemaId: number;
  readonly clock: Clock;
}): TellActivation => {
  const codec = modelReleaseCodec();
  const activation = (home: Home, releaseId: string): OutgoingRecord => {
    const record: ModelRelease = {
      ...{ releaseId, kind: 'activated', at: deps.clock.now(), artifactUri: null, artifactHash: null },
      ...{ trainingRange: {}, metrics: {}, decision: null },
      ...{ partition: home.partition, fromOffset: answeredBelow(home) },
    };
    return { topic: deps.topic, key: Buffer.from(releaseId), value: wireEncode(deps.schemaId, codec.encode(record)) };
  };
  return (homes, releaseId) => deps.sender.send(homes.map((home) => activation(home, releaseId)));
};
