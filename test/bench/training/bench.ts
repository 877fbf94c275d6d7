import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bench, BenchContext, Metrics } from '../harness/bench.ts';
import { createPeak, type Peak } from '../scoring/peak.ts';
import { type Block, type Side, startSide } from './blocks.ts';
import { findPeer } from './find-peer.ts';
import { makeRows, writeRows } from './made-data.ts';
import { inverseMetrics, pairMetrics } from './metrics.ts';
import { AUTOENCODER, INVERSE, LENGTHS, MODELS, type ModelName, RECURRENT } from './sizes.ts';

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

type Start = (command: string, args: readonly string[]) => Promise<Side>;

const startIn =
  (context: BenchContext): Start =>
  async (command, args) => {
    const side = await startSide(command, args);
    context.onEnd(async () => side.stop());
    await side.block(); // graphs are opened, code is compiled
    return side;
  };

const startPairs = async (context: BenchContext, rows: Readonly<Record<ModelName, number>>): Promise<Pair[]> => {
  const torch = findPeer('torch');
  if ('missing' in torch)
    context.log(`  no PyTorch to compare with (${torch.missing}). To have it (5 GB): ${torch.cure}`);
  const folder = mkdtempSync(join(tmpdir(), 'nextcart-training-'));
  context.onEnd(async () => rmSync(folder, { recursive: true }));
  const start = startIn(context);
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

/** A block of each; ours goes first in every other repeat. */
const blocksOf = async ({ ours, peer }: Pick<Pair, 'ours' | 'peer'>, repeat: number) => {
  const sides = [ours, ...(peer ? [peer] : [])];
  const blocks = new Map<Side, Block>();
  for (const side of repeat % 2 === 0 ? sides : sides.toReversed()) blocks.set(side, await side.block());
  return { own: blocks.get(ours) as Block, their: peer && blocks.get(peer) };
};

const measurePair = async (pair: Pair, repeat: number): Promise<Metrics> => {
  const { own, their } = await blocksOf(pair, repeat);
  return pairMetrics(pair.model, pair.threads, own, their);
};

interface Inverse extends Pick<Pair, 'threads' | 'ours' | 'peer'> {
  readonly peak: Peak;
}

/** EDLAE's inverse beside LAPACK's, and beside what the engine reaches at most. */
const startInverses = async (context: BenchContext, items: number): Promise<Inverse[]> => {
  const scipy = findPeer('scipy');
  if ('missing' in scipy) context.log(`  no SciPy to compare with (${scipy.missing}). To have it: ${scipy.cure}`);
  const start = startIn(context);
  const inverses: Inverse[] = [];
  for (const threads of THREADS) {
    context.log(`  an inverse of ${items} items, threads: ${threads}`);
    const sizes = [String(items), String(threads)];
    const ours = await start(process.execPath, [join(import.meta.dirname, 'inverse-side.ts'), ...sizes]);
    const script = join(import.meta.dirname, '..', 'peers', 'inverse.py');
    const peer = 'python' in scipy && (await start(scipy.python, ['-B', script, ...sizes]));
    const peak = await createPeak(threads);
    context.onEnd(peak.close);
    inverses.push({ threads, ours, ...(peer && { peer }), peak });
  }
  return inverses;
};

const PEAKS = 10;

const measureInverse = async (inverse: Inverse, items: number, repeat: number): Promise<Metrics> => {
  const { own, their } = await blocksOf(inverse, repeat);
  let peak = 0;
  for (let at = 0; at < PEAKS; at += 1) peak = Math.max(peak, await inverse.peak.measure());
  return inverseMetrics(items, inverse.threads, own, peak, their);
};

export const trainingBench: Bench = {
  name: 'training',
  about: "seconds a step of the autoencoder and the recurrent model, beside PyTorch's; EDLAE's inverse beside LAPACK's",
  repeats: 5,
  prepare: async (context) => {
    const rows = context.quick ? QUICK : FULL;
    const items = context.quick ? INVERSE.quickItems : INVERSE.items;
    const pairs = await startPairs(context, rows);
    const inverses = await startInverses(context, items);
    return {
      n: { users: rows.autoencoder, sessions: rows.recurrent, 'items of the inverse': items },
      measure: async (repeat) => {
        const metrics: Record<string, number> = {};
        for (const pair of pairs) Object.assign(metrics, await measurePair(pair, repeat));
        for (const inverse of inverses) Object.assign(metrics, await measureInverse(inverse, items, repeat));
        return metrics;
      },
    };
  },
};
