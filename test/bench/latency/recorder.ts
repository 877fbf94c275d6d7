import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { ListStamps } from './list-tail-fields.ts';
import type { ReaderMessage } from './plan.ts';

/** What was seen in the log while a load ran, each as it became readable. */
export interface SeenEvent {
  readonly partition: number;
  readonly offset: number;
  readonly subject: string;
  /** Epoch ms. */
  readonly due: number;
  readonly appendedAt: number;
}

export interface SeenList {
  readonly partition: number;
  readonly subject: string;
  readonly readAt: number;
  /** Null for a tombstone: a visitor who signed in is answered by one. */
  readonly stamps: ListStamps | null;
}

export interface Recording {
  readonly events: SeenEvent[];
  readonly lists: SeenList[];
}

export interface Recorder {
  readonly pid: number;
  /** What was seen; ends the reader. */
  stop(): Promise<Recording>;
}

/** Starts reader.ts; resolves when it reads at the ends of both topics. */
export const startRecorder = async (brokers: string): Promise<Recorder> => {
  const child = fork(join(import.meta.dirname, 'reader.ts'), [brokers], {
    stdio: 'inherit',
    serialization: 'advanced', // a hundred thousand records at its end
  });
  const said = (kind: ReaderMessage['kind']): Promise<ReaderMessage> =>
    new Promise((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`the reader ended with ${code} before it was ${kind}`)));
      child.on('message', (message: ReaderMessage) => {
        if (message.kind === kind) resolve(message);
      });
    });
  await said('ready');
  return {
    pid: child.pid ?? 0,
    stop: async () => {
      const done = said('done');
      child.send('end');
      const message = await done;
      child.disconnect();
      if (message.kind !== 'done') throw new Error('unreachable');
      return message.recording;
    },
  };
};
