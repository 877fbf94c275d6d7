import type { Metrics } from '../harness/bench.ts';
import type { Block } from './blocks.ts';
import { type ModelName, RECURRENT } from './sizes.ts';

/** In the names of metrics, each with `@THREADS`. */
const SHORT: Readonly<Record<ModelName, string>> = { autoencoder: 'vae', recurrent: 'rnn' };

/** Of a Cholesky factor, a third, and of the inverse from it. */
const inverseFlop = (items: number): number => items ** 3;

/** Of one inverse of ours, of the engine's peak in FLOP/s, and of one inverse by LAPACK where it is there. */
export const inverseMetrics = (items: number, threads: number, own: Block, peak: number, their?: Block): Metrics => {
  const speedOf = (block: Block): number => inverseFlop(items) / secondsOf(block);
  const metrics: Record<string, number> = {
    inverse_s: secondsOf(own),
    cpu_s: own.cpu / own.seconds.length,
    gflops: speedOf(own) / 1e9,
    peak_gflops: peak / 1e9,
    share_of_peak: speedOf(own) / peak,
    // both have inverted the same matrix
    diagonal: own.loss,
    ...(their && {
      lapack_gflops: speedOf(their) / 1e9,
      ratio_to_lapack: secondsOf(own) / secondsOf(their),
      cpu_ratio_to_lapack: own.cpu / own.seconds.length / (their.cpu / their.seconds.length),
      lapack_diagonal: their.loss,
    }),
  };
  return Object.fromEntries(Object.entries(metrics).map(([name, value]) => [`edlae.${name}@${threads}`, value]));
};

const secondsOf = ({ seconds }: Block): number => seconds.reduce((sum, one) => sum + one, 0) / seconds.length;

/** Of a block of ours, and of one of PyTorch's where it is there. */
export const pairMetrics = (model: ModelName, threads: number, own: Block, their?: Block): Metrics => {
  const metrics: Record<string, number> = {};
  const add = (name: string, value: number) => void (metrics[`${SHORT[model]}.${name}@${threads}`] = value);
  for (const [prefix, block] of [['', own] as const, ...(their ? [['torch_', their] as const] : [])]) {
    add(`${prefix}step_ms`, 1000 * secondsOf(block));
    add(`${prefix}cpu_step_ms`, (1000 * block.cpu) / block.seconds.length);
    if (model === 'recurrent') add(`${prefix}events_per_s`, (RECURRENT.lanes * RECURRENT.times) / secondsOf(block));
    add(`${prefix}loss`, block.loss);
  }
  if (their) {
    add('ratio_to_torch', secondsOf(own) / secondsOf(their));
    add('cpu_ratio_to_torch', own.cpu / their.cpu);
  }
  return metrics;
};
