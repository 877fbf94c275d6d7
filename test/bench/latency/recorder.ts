import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { ListStamps } from './list-tail-fields.ts';

/** What was seen in the log while a load ran, each as it became readable. */
export interface SeenEvent {
  readonly partition: number;
  readonly offset: number;
  readonly subject: string;
  /** Epoch ms. */
  readonly due: number;
  readonly appendedAt: number;
  /** The scorer's answer to a sign-in that was due then: no event that was sent. */
  readonly isSignIn?: true;
}

export interface SeenList {
  readonly partition: number;
  readonly subject: string;
  readonly readAt: number;
  /** Made by a release, not by the parts without models alone. */
  readonly byModels: boolean;
  /** Null for a tombstone: a visitor who signed in is answered by one. */
  readonly stamps: ListStamps | null;
}

export interface Recording {
  readonly events: SeenEvent[];
  readonly lists: SeenList[];
}

/** The reader's messages: when it reads at the ends, and what it saw. */
export type ReaderMessage = { readonly kind: 'ready' } | { readonly kind: 'done'; readonly recording: Recording };

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
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the reader ended with ${code} before it was done`);
  });
  ended.catch(() => undefined); // told to whoever waits for it
  const next = async (): Promise<ReaderMessage> => (await Promise.race([once(child, 'message'), ended]))[0];
  await next();
  return {
    pid: child.pid ?? 0,
    stop: async () => {
      if (child.connected) child.send('end');
      const { recording } = (await next()) as Extract<ReaderMessage, { kind: 'done' }>;
      child.disconnect();
      return recording;
    },
  };
};
