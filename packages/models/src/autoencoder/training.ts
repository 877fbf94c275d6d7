/**
 * Training of the autoencoder in RecVAE's form (Shenbin et al. 2020): in each epoch some passes in which the encoder
 * learns under a composite prior, then some in which the decoder does. Invariants: every random number is named by
 * (seed, purpose, epoch, step); nothing but weights and memory is carried from step to step.
 */
import { createHash } from 'node:crypto';
import type { SparseRows } from '../item-graph.ts';
import { checkMemory } from '../memory/memory-need.ts';
import { autoencoderMemory } from '../memory/training-memory.ts';
import { createAdam } from '../training/adam.ts';
import { createRandom, permutation } from '../training/random.ts';
import { createRowAdam } from '../training/row-optimisers.ts';
import { cosineRate, linearWarmUp } from '../training/schedule.ts';
import { createRowGradientSum, gatherSum } from '../training/sparse-layer.ts';
import { prefixed, type State } from '../training/state.ts';
import type { Trainable } from '../training/train.ts';
import { checkBags, normalisedBags } from './bags.ts';
import { createDecoderSide, type Softmax } from './decoder-side.ts';
import {
  type Autoencoder,
  type AutoencoderShape,
  checkWeights,
  encoderShapes,
  initialWeights,
  TABLE,
  type Weights,
} from './shape.ts';
import { gradientName, oldName } from './step-programs.ts';
import { checkScores } from './step-runner.ts';

export interface AutoencoderData {
  /** [users, columns], raw weights ≥ 0: what a user is known by. */
  readonly inputs: SparseRows;
  /** [users, items], weights of the likelihood; a user without targets is left out of training. */
  readonly targets: SparseRows;
}

export interface AutoencoderOptions {
  readonly seed: number;
  readonly threads: number;
  readonly epochs: number;
  readonly batch: number;
  /** Share of the input columns that encoder steps leave out. */
  readonly dropout: number;
  /**
   * composite: weight of the KL is gamma · Σ targets of the user (section 3.3: .0035 to .01). standard: N(0, I) with
   * weight beta, reached in a line over `warmUpSteps` encoder steps (Liang et al. 2018).
   */
  readonly kl:
    | { readonly prior: 'composite'; readonly gamma: number }
    | { readonly prior: 'standard'; readonly beta: number; readonly warmUpSteps: number };
  readonly encoderPasses: number;
  readonly decoderPasses: number;
  /** Adam's, by a cosine over all epochs. */
  readonly rate: { readonly from: number; readonly to: number };
  readonly softmax: Softmax;
}

export const autoencoderDefaults = {
  epochs: 50,
  batch: 500,
  dropout: 0.5,
  kl: { prior: 'composite', gamma: 0.005 },
  encoderPasses: 3,
  decoderPasses: 1,
  rate: { from: 5e-4, to: 5e-5 },
  softmax: { kind: 'full' },
} as const satisfies Partial<AutoencoderOptions>;

export interface AutoencoderTraining extends Trainable {
  /** The weights that the steps change. */
  readonly model: Autoencoder;
  close(): Promise<void>;
}

const PURPOSES = { order: 101, dropout: 102, noise: 103, candidates: 104 } as const;

/**
 * Starts at `given`, which it changes in place, the weights of a model that goes on learning; absent: at new ones. Throws
 * a RangeError for data that does not fit the shape, or in which no user has a target, and for a shape that the machine
 * has no room for.
 */
export const createAutoencoderTraining = (
  { inputs, targets }: AutoencoderData,
  shape: AutoencoderShape,
  options: AutoencoderOptions,
  given?: Weights,
): AutoencoderTraining => {
  if (options.softmax.kind === 'full') checkScores(shape.items, options.batch);
  checkMemory(autoencoderMemory(shape, options));
  const start = given ?? initialWeights(shape, options.seed);
  checkWeights(shape, start);
  checkBags(inputs, shape.columns, 'inputs');
  checkBags(targets, shape.items, 'targets');
  const users = usersWithTargets(inputs, targets);
  const { seed, batch, kl, encoderPasses, decoderPasses } = options;
  const { hidden } = shape;
  const batches = Math.ceil(users.length / batch);
  const encoderSteps = encoderPasses * batches;

  const weights = start;
  const names = Object.keys(encoderShapes(shape));
  const old = Object.fromEntries([TABLE, ...names].map((name) => [oldName(name), weightOf(weights, name).slice()]));
  const buffers: Record<string, Float32Array> = {
    first: new Float32Array(batch * hidden),
    [oldName('first')]: new Float32Array(batch * hidden),
    [gradientName('first')]: new Float32Array(batch * hidden),
    noise: new Float32Array(batch * shape.latent),
    klWeight: new Float32Array(batch),
    loss: new Float32Array(1),
    ...Object.fromEntries(names.map((name) => [gradientName(name), new Float32Array(weightOf(weights, name).length)])),
  };
  const buffer = (name: string) => buffers[name] as Float32Array;
  const decoderSide = createDecoderSide({
    shape,
    targets,
    options,
    decoder: { rows: weightOf(weights, 'rows'), rowBias: weightOf(weights, 'rowBias') },
    users: users.length,
    softmax: options.softmax,
    shared: {
      ...Object.fromEntries(names.map((name) => [name, weightOf(weights, name)])),
      ...old,
      ...buffers,
    },
  });

  const tableSum = createRowGradientSum(shape.columns, hidden);
  const tableAdam = createRowAdam(weightOf(weights, TABLE), hidden);
  const encoderAdam = createAdam(names.map((name) => weightOf(weights, name)));
  const encoderGradients = names.map((name) => buffer(gradientName(name)));

  const fillKlWeights = (epoch: number, step: number, rows: Int32Array) => {
    const klWeight = buffer('klWeight').fill(0);
    const { rowStart, weights: amounts } = targets;
    rows.forEach((row, at) => {
      let total = 0;
      for (let i = rowStart[row] as number; i < (rowStart[row + 1] as number); i += 1) total += amounts[i] as number;
      const weight =
        kl.prior === 'composite'
          ? kl.gamma * total
          : linearWarmUp(epoch * encoderSteps + step, kl.warmUpSteps, kl.beta);
      klWeight[at] = weight / rows.length;
    });
  };

  const encoderStep = async (epoch: number, step: number, rows: Int32Array): Promise<void> => {
    const random = createRandom(seed, PURPOSES.dropout, epoch, step);
    const bags = normalisedBags(inputs, rows, { rate: options.dropout, random });
    gatherSum(weightOf(weights, TABLE), hidden, bags, buffer('first'));
    if (kl.prior === 'composite')
      gatherSum(old[oldName(TABLE)] as Float32Array, hidden, normalisedBags(inputs, rows), buffer(oldName('first')));
    fillKlWeights(epoch, step, rows);
    await decoderSide.runEncoder(rows, createRandom(seed, PURPOSES.candidates, epoch, step));
    const rate = cosineRate(epoch * encoderSteps + step, { ...options.rate, steps: options.epochs * encoderSteps });
    encoderAdam.step(encoderGradients, { rate });
    tableAdam.step(tableSum.of(bags, buffer(gradientName('first'))), { rate });
    if (step === encoderSteps - 1)
      for (const name of [TABLE, ...names]) old[oldName(name)]?.set(weightOf(weights, name));
  };

  const decoderStep = async (epoch: number, step: number, rows: Int32Array): Promise<void> => {
    gatherSum(weightOf(weights, TABLE), hidden, normalisedBags(inputs, rows), buffer('first'));
    const done = epoch * decoderPasses * batches + step - encoderSteps;
    const rate = cosineRate(done, { ...options.rate, steps: options.epochs * decoderPasses * batches });
    await decoderSide.learn(rows, createRandom(seed, PURPOSES.candidates, epoch, step), rate);
  };

  return {
    model: { shape, weights },
    fingerprint: JSON.stringify({ shape, options, data: digestOf(inputs, targets) }),
    stepsPerEpoch: encoderSteps + decoderPasses * batches,
    weights,
    memory: memoryOf(old, {
      encoder: encoderAdam.state,
      table: tableAdam.state,
      decoder: decoderSide.state,
    }),
    step: async (epoch, step) => {
      const pass = Math.floor(step / batches);
      const place = (step % batches) * batch;
      const order = permutation(users.length, createRandom(seed, PURPOSES.order, epoch, pass));
      const rows = order.subarray(place, place + batch).map((at) => users[at] as number);
      createRandom(seed, PURPOSES.noise, epoch, step).fillNormal(buffer('noise'));
      await (step < encoderSteps ? encoderStep : decoderStep)(epoch, step, rows);
      const events = rows.reduce(
        (sum, row) => sum + (targets.rowStart[row + 1] as number) - (targets.rowStart[row] as number),
        0,
      );
      return { loss: buffer('loss')[0] as number, events };
    },
    close: decoderSide.close,
  };
};

/** Checked before: it is there. */
const weightOf = (weights: Weights, name: string): Float32Array => weights[name] as Float32Array;

/** Of the data's bits, so that a checkpoint is not resumed on other data of the same size. */
const digestOf = (...bags: readonly SparseRows[]): string => {
  const hash = createHash('sha256');
  for (const { rowStart, columns, weights } of bags)
    for (const array of [rowStart, columns, weights])
      hash.update(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
  return hash.digest('hex').slice(0, 16);
};

const memoryOf = (old: State, states: Readonly<Record<string, State>>): State =>
  Object.assign({ ...old }, ...Object.entries(states).map(([name, state]) => prefixed(name, state)));

const usersWithTargets = (inputs: SparseRows, targets: SparseRows): Int32Array => {
  if (inputs.rowStart.length !== targets.rowStart.length)
    throw new RangeError(`inputs of ${inputs.rowStart.length - 1} users, targets of ${targets.rowStart.length - 1}`);
  const users = targets.rowStart.slice(0, -1).map((_, row) => row);
  const found = users.filter((row) => (targets.rowStart[row + 1] as number) > (targets.rowStart[row] as number));
  if (found.length === 0) throw new RangeError('no user has a target');
  return found;
};
