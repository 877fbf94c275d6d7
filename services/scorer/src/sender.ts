import type { OutgoingRecord, Producer } from '@nextcart/kafka';
import type { Background } from './background.ts';

/** Hands records to the broker. */
export interface Sender {
  /** True when the broker has all of them; false where the scorer was closed before. Never rejects. */
  send(records: readonly OutgoingRecord[]): Promise<boolean>;
}

/** A refused send is tried again and told in health: to go on without it would lose a list that is remembered as sent. */
const AGAIN_MS = 1000;

export const createSender = (deps: {
  producer: Producer;
  background: Background;
  sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  refused: (error: unknown) => void;
  well: () => void;
}): Sender => {
  const { producer, background } = deps;
  return {
    send: async (records) => {
      for (let tries = 0; !background.signal.aborted; tries += 1) {
        try {
          await producer.sendAll(records);
          if (tries > 0) deps.well();
          return true;
        } catch (error) {
          if (background.signal.aborted) return false;
          deps.refused(error);
          await deps.sleep(AGAIN_MS, background.signal).catch(() => undefined);
        }
      }
      return false;
    },
  };
};
