/**
 * Training of the recurrent model: lanes of sequences side by side, a few positions of each lane in a step, the state
 * carried to the next step and its gradient cut there. Invariants: every random number is named by (seed, purpose, epoch,
 * step); nothing but weights and memory is carried from step to step.
 */
import type { SparseRows } from '../item-graph.ts';
import { checkMemory } from '../memory/memory-need.ts';
import { recurrentMemory } from '../memory/training-memory.ts';
import { createRandom } from '../training/random.ts';
import { createRowGradientSum, gatherSum } from '../training/sparse-layer.ts';
import type { StepResult, Trainable } from '../training/train.ts';
import { contextBags, createBagWriter } from './bags.ts';
import { createCandidateSource, type Softmax } from './candidates.ts';
import { createEpochLanes, type EpochLanesOptions } from './epoch-lanes.ts';
import { type EventTargets, NO_ITEM } from './events.ts';
import { createRecentItems } from './recent-items.ts';
import {
  BIAS,
  CONTEXT,
  CROSS,
  contextRows,
  denseShapes,
  initialWeights,
  type RecurrentModel,
  type RecurrentShape,
  TABLE,
  type Weights,
} from './shape.ts';
import { addTo, fillBias, fillMask, fillRecent, fillTargets, multiplyBy } from './step-arrays.ts';
import { createStepRunner } from './step-runner.ts';
import { checkData, digestOf, populationOf, type RecurrentData } from './training-data.ts';
import { createUpdates, type UpdateOptions } from './updates.ts';

export interface RecurrentOptions extends UpdateOptions {
  readonly seed: number;
  readonly threads: number;
  readonly epochs: number;
  /** Sequences that run side by side. */
  readonly lanes: number;
  /** Positions of each lane in a step, through which gradients go; 1: GRU4Rec's way. */
  readonly times: number;
  /** given: oldest first, so that the newest sequences are learned from last. */
  readonly order: EpochLanesOptions['order'];
  /** Shares that are left out: of an event's numbers, and of what each half of a block adds. */
  readonly dropout: { readonly events: number; readonly blocks: number };
  /** Share of a target that is spread evenly over the candidates. */
  readonly smoothing: number;
  readonly softmax: Softmax;
}

/** For a sparse shop of some 10,000 items or more; dense data wants dropouts of .2 and Adam for the tables. */
export const recurrentDefaults = {
  epochs: 8,
  lanes: 200,
  times: 10,
  order: 'given',
  dropout: { events: 0.45, blocks: 0.3 },
  smoothing: 0,
  rate: { from: 2e-3, to: 1e-4 },
  tables: { optimiser: 'adagrad', from: 0.1, to: 0.02 },
  clip: 5,
  softmax: { kind: 'sampled', draws: 2048, exponent: 0.5 },
} as const satisfies Partial<RecurrentOptions>;

export interface RecurrentTraining extends Trainable {
  /** The weights that the steps change. */
  readonly model: RecurrentModel;
  close(): Promise<void>;
}

const PURPOSES = { order: 201, events: 202, blocks: 203, candidates: 204 } as const;

/**
 * Starts at `given`, which it changes in place, the weights of a model that goes on learning; absent: at new ones. Throws
 * a RangeError for data that does not fit the shape, or in which no event has a target, and for a shape that the machine
 * has no room for.
 */
export const createRecurrentTraining = (
  data: RecurrentData,
  shape: RecurrentShape,
  options: RecurrentOptions,
  given?: Weights,
): RecurrentTraining => {
  checkMemory(recurrentMemory(shape, options, data.itemFeatures?.columns.length));
  const start = given ?? initialWeights(shape, options.seed);
  const { events, targets, itemFeatures } = data;
  checkData(data, shape, start);
  const { seed, lanes, times, dropout, smoothing } = options;
  const { width, items, types, features } = shape;
  const size = lanes * times * width;
  const weights = start;
  const weightOf = (name: string) => weights[name] as Float32Array;
  const dense = Object.fromEntries(Object.keys(denseShapes(shape)).map((name) => [name, weightOf(name)]));

  const { stepsPerEpoch, at: lanesAt } = createEpochLanes(events, targets, { ...options, purpose: PURPOSES.order });
  const recent = createRecentItems(events, shape.lags);
  const source = createCandidateSource(populationOf(data, shape, stepsPerEpoch), items, options.softmax);
  const step = {
    shape,
    lanes,
    times,
    sampled: options.softmax.kind === 'sampled',
    blockDropout: dropout.blocks > 0,
    smoothing,
  };
  const runner = createStepRunner(step, dense, options.threads);
  const { rows } = runner;
  const updates = createUpdates(weights, shape, options);
  const writer = createBagWriter(items, itemFeatures);
  const mask = new Float32Array(dropout.events > 0 ? size : 0);
  const context = new Float32Array(size);
  const tableSum = createRowGradientSum(items + features, width);
  const contextSum = createRowGradientSum(contextRows(shape), width);
  const crossSum = createRowGradientSum(types, width);

  const learn = async (epoch: number, at: number): Promise<StepResult> => {
    const random = (purpose: keyof typeof PURPOSES) => createRandom(seed, PURPOSES[purpose], epoch, at);
    const { positions, keep } = lanesAt(epoch, at);
    rows.keep.set(keep);
    if (at === 0) for (const state of rows.states) state.fill(0);
    const lastItems = recent.of(positions);
    const candidates = source.of([targetsAt(targets, positions), lastItems], random('candidates'));
    const { own, run } = await runner.forCandidates(candidates.width);

    // the same bags forward and back: rows of events, then of candidates
    writer.clear();
    for (const event of positions) writer.addEvent(events, event);
    for (const item of candidates.items) writer.addItem(item);
    const bags = writer.bags();
    gatherSum(weightOf(TABLE), width, bags, own.vectors);
    if (dropout.events > 0) {
      fillMask(mask, dropout.events, random('events'));
      multiplyBy(own.vectors, mask);
    }
    const contexts = contextBags(events, positions, shape);
    gatherSum(weightOf(CONTEXT), width, contexts, context);
    addTo(own.vectors, context);
    const crosses = crossBags(targets, positions, shape);
    if (types > 0) gatherSum(weightOf(CROSS), width, crosses, rows.cross);
    fillBias(own, candidates, weightOf(BIAS));
    const learnedFrom = fillTargets(rows, targets, positions, candidates, source.placeOf);
    if (shape.lags > 0) fillRecent(rows, lastItems, candidates, source.placeOf);
    const blocks = random('blocks');
    for (const blockMask of rows.masks) fillMask(blockMask, dropout.blocks, blocks);

    await run();
    rows.states.forEach((state, block) => state.set(rows.nextStates[block] as Float32Array));
    const toContext = contextSum.of(contexts, own.vectorGradients);
    // what was dropped going forward gets no gradient going back
    if (dropout.events > 0) multiplyBy(own.vectorGradients, mask);
    const gradients = {
      dense: rows.denseGradients,
      table: tableSum.of(bags, own.vectorGradients),
      context: toContext,
      cross: crossSum.of(crosses, rows.crossGradients),
      bias: { rows: candidates.items, count: candidates.items.length, values: own.biasGradients },
    };
    updates.apply(gradients, epoch * stepsPerEpoch + at, options.epochs * stepsPerEpoch);
    return { loss: rows.loss[0] as number, events: learnedFrom };
  };

  return {
    model: { shape, weights, ...(itemFeatures && { itemFeatures }) },
    fingerprint: JSON.stringify({ shape, options, data: digestOf(data) }),
    stepsPerEpoch,
    weights,
    memory: {
      ...Object.fromEntries(rows.states.map((state, block) => [`state${block}`, state])),
      ...updates.state,
    },
    step: learn,
    close: runner.close,
  };
};

/** `NO_ITEM` where nothing is to be learned. */
const targetsAt = ({ items, weights }: EventTargets, positions: Int32Array): Int32Array =>
  positions.map((event) => (event >= 0 && (weights[event] as number) > 0 ? (items[event] as number) : NO_ITEM));

/** The row of the cross that each position has: of its target's type. */
const crossBags = ({ types }: EventTargets, positions: Int32Array, sizes: RecurrentShape): SparseRows => {
  const columns = types && sizes.types > 0 ? positions.map((event) => types[event] ?? 0) : new Int32Array(0);
  return {
    rowStart: Int32Array.from({ length: columns.length + 1 }, (_, at) => at),
    columns,
    weights: new Float32Array(columns.length).fill(1),
  };
};
