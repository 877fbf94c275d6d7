/**
 * The half of a step that scores items: over all of them, or over candidates (batch's positives and draws). Both give
 * the encoder its gradients; they differ in which rows of the decoder are read and learn.
 */
import { createAdam } from '../training/adam.ts';
import { createCandidateSampler } from '../training/candidate-sampler.ts';
import type { Random } from '../training/random.ts';
import { createRowAdam } from '../training/row-optimisers.ts';
import { prefixed, type State } from '../training/state.ts';
import { distinctItems, fillOffsets, fillTargets, supportOf } from './step-arrays.ts';
import { type CandidateArrays, createStepRunner, type StepRunner, type StepRunnerOptions } from './step-runner.ts';

/** sampled: above some 20,000 items; `draws` ∝ support^exponent beside the batch's positives (4,096 and .5). */
export type Softmax =
  | { readonly kind: 'full' }
  | { readonly kind: 'sampled'; readonly draws: number; readonly exponent: number };

export interface DecoderSide {
  /** Fills the loss and the encoder's gradients. */
  runEncoder(rows: Int32Array, random: Random): Promise<void>;
  /** Fills the loss and makes a step of the decoder's weights. */
  learn(rows: Int32Array, random: Random, rate: number): Promise<void>;
  readonly state: State;
  close(): Promise<void>;
}

export interface DecoderSideOptions extends StepRunnerOptions {
  readonly decoder: { readonly rows: Float32Array; readonly rowBias: Float32Array };
  /** How many rows batches are taken from. */
  readonly users: number;
  readonly softmax: Softmax;
}

export const createDecoderSide = (given: DecoderSideOptions): DecoderSide =>
  given.softmax.kind === 'full' ? fullSide(given) : sampledSide(given, given.softmax);

const fullSide = (given: DecoderSideOptions): DecoderSide => {
  const { decoder, shape, targets } = given;
  const runner = createStepRunner({ ...given, shared: { ...given.shared, ...decoder } }, shape.items);
  const adam = createAdam([decoder.rows, decoder.rowBias]);
  const fill = (rows: Int32Array) =>
    fillTargets(runner.targets, targets, rows, { width: shape.items, column: (item) => item, own: () => 0 });
  return {
    state: adam.state,
    runEncoder: (rows) => {
      fill(rows);
      return runner.runEncoder();
    },
    learn: async (rows, _, rate) => {
      fill(rows);
      await runner.runDecoder();
      adam.step([runner.gradients.rows, runner.gradients.rowBias], { rate });
    },
    close: runner.close,
  };
};

/** Candidates vary in number, graphs don't: room for them comes in multiples of this. */
const WIDTH_UNIT = 1024;

const sampledSide = (given: DecoderSideOptions, softmax: Extract<Softmax, { kind: 'sampled' }>): DecoderSide => {
  const { decoder, targets, users, options } = given;
  const { latent, items } = given.shape;
  const support = supportOf(targets, items);
  const sampler = createCandidateSampler({ ...softmax, support, rows: users, batch: options.batch });
  const slots = new Int32Array(items);
  const byWidth = new Map<number, { readonly runner: StepRunner; readonly arrays: CandidateArrays }>();
  const rowAdam = createRowAdam(decoder.rows, latent);
  const biasAdam = createRowAdam(decoder.rowBias, 1);

  const runnerFor = (candidates: number) => {
    const width = Math.ceil(candidates / WIDTH_UNIT) * WIDTH_UNIT;
    const known = byWidth.get(width);
    if (known) return known;
    const arrays = {
      offset: new Float32Array(width),
      rows: new Float32Array(width * latent),
      rowBias: new Float32Array(width),
    };
    const made = { runner: createStepRunner(given, width, arrays), arrays };
    byWidth.set(width, made);
    return made;
  };
  const prepare = (rows: Int32Array, random: Random) => {
    const candidates = sampler.draw(distinctItems(targets, rows), random);
    const { runner, arrays } = runnerFor(candidates.items.length);
    fillOffsets(candidates, arrays.offset);
    candidates.items.forEach((item, slot) => {
      slots[item] = slot;
      arrays.rows.set(decoder.rows.subarray(item * latent, (item + 1) * latent), slot * latent);
      arrays.rowBias[slot] = decoder.rowBias[item] as number;
    });
    const column = (item: number) => slots[item] as number;
    // a row's own positives are candidates for certain: takes their offset back
    const own = (item: number) => candidates.logChance[column(item)] as number;
    fillTargets(runner.targets, targets, rows, { width: runner.width, column, own });
    return { runner, candidates };
  };
  return {
    state: { ...prefixed('rows', rowAdam.state), ...prefixed('rowBias', biasAdam.state) },
    runEncoder: (rows, random) => prepare(rows, random).runner.runEncoder(),
    learn: async (rows, random, rate) => {
      const { runner, candidates } = prepare(rows, random);
      await runner.runDecoder();
      const touched = { rows: candidates.items, count: candidates.items.length };
      rowAdam.step({ ...touched, values: runner.gradients.rows }, { rate });
      biasAdam.step({ ...touched, values: runner.gradients.rowBias }, { rate });
    },
    close: async () => void (await Promise.all([...byWidth.values()].map(({ runner }) => runner.close()))),
  };
};
