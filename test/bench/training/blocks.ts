/**
 * The process of one side: it learns a block of steps when it is asked to and says how long each took, so that the
 * sides' blocks can take turns and other work on the machine hits both alike. Protocol: test/bench/peers/protocol.py.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface Block {
  /** Wall time of each step. */
  readonly seconds: readonly number[];
  /** CPU of the whole block, all threads. */
  readonly cpu: number;
  /** Of the last step. */
  readonly loss: number;
}

export interface Side {
  readonly versions: Readonly<Record<string, string>>;
  block(): Promise<Block>;
  stop(): void;
}

/** Rejects with what the process wrote where it ends before it answers. */
export const startSide = async (command: string, args: readonly string[]): Promise<Side> => {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.on('data', (text) => void (said += String(text)));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const failed = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${command} ${args.join(' ')} ended with ${code}: ${said.trim()}`)));
  });
  failed.catch(() => {}); // one that was stopped is not waited for
  const answer = async <A>(): Promise<A> => {
    const { value, done } = await Promise.race([lines.next(), failed]);
    return done ? failed : (JSON.parse(value) as A);
  };
  const { versions } = await answer<{ versions: Record<string, string> }>();
  return {
    versions,
    block: () => {
      child.stdin.write('block\n');
      return answer<Block>();
    },
    stop: () => void child.kill(),
  };
};

/** The other end: answers with a block for each line of stdin. `learn` hands each of its steps to `timed`. */
export const serveBlocks = async (
  learn: (timed: (step: () => Promise<{ readonly loss: number }>) => Promise<void>) => Promise<void>,
): Promise<void> => {
  const answer = (message: object): void => void process.stdout.write(`${JSON.stringify(message)}\n`);
  answer({ versions: { node: process.version } });
  for await (const _ of createInterface({ input: process.stdin })) {
    const seconds: number[] = [];
    let loss = Number.NaN;
    const before = process.cpuUsage();
    await learn(async (step) => {
      const startedAt = performance.now();
      ({ loss } = await step());
      seconds.push((performance.now() - startedAt) / 1000);
    });
    const { user, system } = process.cpuUsage(before);
    answer({ seconds, cpu: (user + system) / 1e6, loss });
  }
};
