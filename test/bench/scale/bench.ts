import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { Bench, BenchContext } from '../harness/bench.ts';
import type { FoldResult, RankResult, ScaleMessage } from './results.ts';

/**
 * What grows with users and with items, without servers: judging and folding an event and what a user's state takes;
 * ranking a list. Each size has a process of its own.
 */
const FULL = { users: [10_000, 100_000, 1_000_000], items: [1000, 20_000, 100_000], events: 500_000, lists: 10_000 };
const QUICK = { users: [10_000, 20_000], items: [1000], events: 50_000, lists: 1000 };
const HEAP_MB = 6000;
const MIB = 1024 ** 2;

/** 10000 as '10k', 1000000 as '1m': as metrics are named. */
const short = (count: number): string => (count >= 1_000_000 ? `${count / 1_000_000}m` : `${count / 1000}k`);

const runProcess = <R>(context: BenchContext, step: string, script: string, args: readonly number[]): Promise<R> =>
  new Promise((resolve, reject) => {
    const child = fork(join(import.meta.dirname, script), args.map(String), {
      execArgv: ['--expose-gc', `--max-old-space-size=${HEAP_MB}`],
    });
    context.onEnd(async () => void child.kill());
    let progress: ReturnType<BenchContext['progress']> | undefined;
    child.once('exit', (code) => reject(new Error(`${step}: the process ended with ${code} and no result`)));
    child.on('message', (message: ScaleMessage<R>) => {
      if ('result' in message) {
        progress?.done();
        resolve(message.result);
      } else {
        progress ??= context.progress(step, message.total, 'steps');
        progress.at(message.done);
      }
    });
  });

export const scaleBench: Bench = {
  name: 'scale',
  about: 'CPU an event and bytes a user at 10 k, 100 k and 1 M users; CPU a list at 1 k, 20 k and 100 k items',
  repeats: 3,
  prepare: async (context) => {
    const size = context.quick ? QUICK : FULL;
    return {
      n: { events: size.events, lists: size.lists },
      measure: async () => {
        const metrics: Record<string, number> = {};
        const folds: FoldResult[] = [];
        for (const users of size.users) {
          const name = short(users);
          const fold = await runProcess<FoldResult>(context, `folding, ${name} users`, 'fold-users.ts', [
            users,
            size.events,
          ]);
          folds.push(fold);
          metrics[`cpu_us_per_event@${name}_users`] = fold.microsPerEvent;
          metrics[`state_bytes_per_user@${name}_users`] = fold.bytesPerUser;
          metrics[`resident_mib@${name}_users`] = fold.residentBytes / MIB;
        }
        // of the largest: there a user's share is what counts
        metrics['state_bytes_per_user'] = folds.at(-1)?.bytesPerUser ?? Number.NaN;
        metrics['cpu_growth'] = (folds.at(-1)?.microsPerEvent ?? Number.NaN) / (folds[0]?.microsPerEvent ?? Number.NaN);
        for (const items of size.items)
          for (const neural of [0, 1]) {
            const name = `${short(items)}_items${neural === 1 ? '.models' : ''}`;
            const step = `ranking, ${short(items)} items${neural === 1 ? ', with models' : ''}`;
            const rank = await runProcess<RankResult>(context, step, 'rank-lists.ts', [items, size.lists, neural]);
            metrics[`us_per_list@${name}`] = rank.microsPerList;
            metrics[`resident_mib@${name}`] = rank.residentBytes / MIB;
          }
        return metrics;
      },
    };
  },
};
