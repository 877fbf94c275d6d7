/** What the tests' training processes run. */
import { performance } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { getHeapStatistics } from 'node:v8';
import { groupedBags, options, shape } from '../../autoencoder/groups.fixture.ts';
import { createAutoencoderTraining } from '../../autoencoder/training.ts';
import type { Trainable } from '../train.ts';
import type { BuiltTraining } from './built-training.ts';

export type Example =
  /** From the second epoch's third step on it is slow, or dies by a signal. */
  | { readonly kind: 'autoencoder'; readonly epochs: number; readonly later?: 'slow' | 'dead' }
  /** Steps that keep their thread for so long. */
  | { readonly kind: 'blocking'; readonly stepMs: number }
  | { readonly kind: 'failing' }
  | { readonly kind: 'failing later' }
  /** Waits for its data. */
  | { readonly kind: 'never ready' }
  | { readonly kind: 'sum'; readonly numbers: Float32Array }
  /** Its weight is what its heap may grow to, in MiB. */
  | { readonly kind: 'heap' };

export const autoencoderExample = (epochs: number) => {
  const bags = groupedBags();
  return createAutoencoderTraining({ inputs: bags, targets: bags }, shape, { ...options, epochs });
};

const stepsOf = (step: Trainable['step'], w = new Float32Array(1)): Trainable => ({
  fingerprint: 'example',
  stepsPerEpoch: 1000,
  weights: { w },
  memory: {},
  step,
});

const once = (weight: number) => {
  const step = () => Promise.resolve({ loss: 0, events: 1 });
  return { trainable: { ...stepsOf(step, Float32Array.of(weight)), stepsPerEpoch: 1 }, epochs: 1 };
};

const thrower = () => Promise.reject(new RangeError('step 0 fails on purpose'));

const trainableOf = (
  example: Exclude<Example, { readonly kind: 'never ready' }>,
): { readonly trainable: Trainable; readonly epochs: number } => {
  switch (example.kind) {
    case 'autoencoder': {
      const whole = autoencoderExample(example.epochs);
      const step: Trainable['step'] = async (epoch, at) => {
        if (epoch >= 1 && at >= 2 && example.later === 'dead') process.kill(process.pid, 'SIGKILL');
        if (epoch >= 1 && at >= 2 && example.later === 'slow') await setTimeout(100);
        return whole.step(epoch, at);
      };
      return { trainable: { ...whole, step }, epochs: example.epochs };
    }
    case 'blocking': {
      const clock = new Int32Array(new SharedArrayBuffer(4));
      const step = () => {
        Atomics.wait(clock, 0, 0, example.stepMs);
        return Promise.resolve({ loss: 1, events: 1 });
      };
      return { trainable: stepsOf(step), epochs: 1000 };
    }
    case 'failing':
      return { trainable: stepsOf(thrower), epochs: 1 };
    case 'failing later':
      setImmediate(() => {
        throw new Error('nobody waits for this one');
      });
      return { trainable: stepsOf(() => setTimeout(60_000, { loss: 1, events: 1 })), epochs: 1 };
    case 'sum':
      return once(example.numbers.reduce((sum, value) => sum + value, 0));
    case 'heap':
      return once(getHeapStatistics().heap_size_limit / 2 ** 20);
    default:
      return example satisfies never;
  }
};

export const buildTraining = async (argument: unknown): Promise<BuiltTraining> => {
  const example = argument as Example;
  if (example.kind === 'never ready') return setTimeout(60_000, undefined as never);
  const { trainable, epochs } = trainableOf(example);
  return { trainable, options: { epochs, now: () => performance.now() } };
};
