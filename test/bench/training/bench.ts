import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bench, BenchContext, Metrics } from '../harness/bench.ts';
import { type Block, type Side, startSide } from './blocks.ts';
import { findTorch } from './find-torch.ts';
import { makeRows, writeRows } from './made-data.ts';
import { pairMetrics } from './metrics.ts';
import { AUTOENCODER, LENGTHS, MODELS, type ModelName, RECURRENT } from './sizes.ts';

/**
 * A step of training beside PyTorch's on the CPU. Both sides are processes that stay; a repeat asks them for a block of
 * steps in turn, so that what else the machine does hits both.
 */
const FULL: Readonly<Record<ModelName, number>> = { autoencoder: 2500, recurrent: 4000 };
const QUICK: Readonly<Record<ModelName, number>> = { autoencoder: 500, recurrent: 1000 };
const THREADS = [1, 2];
const ITEMS: Readonly<Record<ModelName, number>> = { autoencoder: AUTOENCODER.items, recurrent: RECURRENT.items };

interface Pair {
  readonly model: ModelName;
  readonly threads: number;
  readonly ours: Side;
  readonly peer?: Side;
}

const startPairs = async (context: BenchContext, rows: Readonly<Record<ModelName, number>>): Promise<Pair[]> => {
  const torch = findTorch();
  if ('missing' in torch)
    context.log(`  no PyTorch to compare with (${torch.missing}). To have it (5 GB): ${torch.cure}`);
  const folder = mkdtempSync(join(tmpdir(), 'nextcart-training-'));
  context.onEnd(async () => rmSync(folder, { recursive: true }));
  const start = async (command: string, args: readonly string[]): Promise<Side> => {
    const side = await startSide(command, args);
    context.onEnd(async () => side.stop());
    await side.block(); // graphs are opened, code is compiled
    return side;
  };
  const pairs: Pair[] = [];
  for (const model of MODELS) {
    const file = join(folder, `${model}.bin`);
    writeRows(file, makeRows({ rows: rows[model], items: ITEMS[model], length: LENGTHS[model] }), ITEMS[model]);
    const peer = join(import.meta.dirname, '..', 'peers', `${model}.py`);
    for (const threads of THREADS) {
      context.log(`  ${model}, threads: ${threads}`);
      const script = join(import.meta.dirname, 'our-side.ts');
      const ours = await start(process.execPath, [script, model, String(rows[model]), String(threads)]);
      const theirs = 'python' in torch && (await start(torch.python, ['-B', peer, file, String(threads)]));
      if (theirs) context.log(`    beside PyTorch ${theirs.versions['torch']}`);
      pairs.push({ model, threads, ours, ...(theirs && { peer: theirs }) });
    }
  }
  return pairs;
};

/** Ours goes first in every other repeat. */
const measurePair = async ({ model, threads, ours, peer }: Pair, repeat: number): Promise<Metrics> => {
  const sides = [ours, ...(peer ? [peer] : [])];
  const blocks = new Map<Side, Block>();
  for (const side of repeat % 2 === 0 ? sides : sides.toReversed()) blocks.set(side, await side.block());
  return pairMetrics(model, threads, blocks.get(ours) as Block, peer && blocks.get(peer));
};

export const trainingBench: Bench = {
  name: 'training',
  about: "seconds a step of the autoencoder and the recurrent model, beside PyTorch's",
  repeats: 5,
  prepare: async (context) => {
    const rows = context.quick ? QUICK : FULL;
    const pairs = await startPairs(context, rows);
    return {
      n: { users: rows.autoencoder, sessions: rows.recurrent },
      measure: async (repeat) => {
        const metrics: Record<string, number> = {};
        for (const pair of pairs) Object.assign(metrics, await measurePair(pair, repeat));
        return metrics;
      },
    };
  },
};
