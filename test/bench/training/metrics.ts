import type { Metrics } from '../harness/bench.ts';
import type { Block } from './blocks.ts';
import { type ModelName, RECURRENT } from './sizes.ts';

/** In the names of metrics, each with `@THREADS`. */
const SHORT: Readonly<Record<ModelName, string>> = { autoencoder: 'vae', recurrent: 'rnn' };

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
