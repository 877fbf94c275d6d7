/** The arrays that a step's graph reads and writes, and what fills them. Rows are positions: times · lanes. */
import type { Random } from '../training/random.ts';
import type { Numbers } from '../training/session.ts';
import { sizeOf } from '../training/shape.ts';
import type { StepCandidates } from './candidates.ts';
import { type EventTargets, NO_ITEM } from './events.ts';
import { denseShapes } from './shape.ts';
import { gradientName, maskName, nextStateName, type StepShape, stateName } from './step-program.ts';

/** Arrays that do not depend on the number of candidates. */
export interface RowArrays {
  readonly keep: Float32Array;
  readonly cross: Float32Array;
  readonly crossGradients: Float32Array;
  readonly places: Int32Array;
  readonly own: Float32Array;
  readonly recentPlaces: Int32Array;
  readonly recentMask: Float32Array;
  readonly recentOwn: Float32Array;
  readonly targetWeights: Float32Array;
  readonly loss: Float32Array;
  /** Of blocks, [lanes, width]. */
  readonly states: readonly Float32Array[];
  readonly nextStates: readonly Float32Array[];
  /** Two for each block, [rows, width]. */
  readonly masks: readonly Float32Array[];
  /** In the order of `denseShapes`. */
  readonly denseGradients: readonly Float32Array[];
}

export const createRowArrays = ({ shape, lanes, times, blockDropout }: Omit<StepShape, 'candidates'>): RowArrays => {
  const rows = lanes * times;
  const { width, blocks, types, lags } = shape;
  const several = (count: number, size: number) => Array.from({ length: count }, () => new Float32Array(size));
  return {
    keep: new Float32Array(rows),
    cross: new Float32Array(types > 0 ? rows * width : 0),
    crossGradients: new Float32Array(types > 0 ? rows * width : 0),
    places: new Int32Array(rows),
    own: new Float32Array(rows),
    recentPlaces: new Int32Array(rows * lags),
    recentMask: new Float32Array(rows * lags),
    recentOwn: new Float32Array(rows * lags),
    targetWeights: new Float32Array(rows),
    loss: new Float32Array(1),
    states: several(blocks, lanes * width),
    nextStates: several(blocks, lanes * width),
    masks: several(blockDropout ? 2 * blocks : 0, rows * width),
    denseGradients: Object.values(denseShapes(shape)).map((dimensions) => new Float32Array(sizeOf(dimensions))),
  };
};

/** Arrays by the names that the graph knows them by. */
export const namedRowArrays = (arrays: RowArrays, { shape, blockDropout }: Omit<StepShape, 'candidates'>) => {
  const named: Record<string, Numbers> = {
    keep: arrays.keep,
    places: arrays.places,
    own: arrays.own,
    recentPlaces: arrays.recentPlaces,
    recentMask: arrays.recentMask,
    recentOwn: arrays.recentOwn,
    targetWeights: arrays.targetWeights,
    loss: arrays.loss,
    cross: arrays.cross,
    [gradientName('cross')]: arrays.crossGradients,
  };
  Object.keys(denseShapes(shape)).forEach((name, at) => {
    named[gradientName(name)] = arrays.denseGradients[at] as Float32Array;
  });
  for (let block = 0; block < shape.blocks; block += 1) {
    named[stateName(block)] = arrays.states[block] as Float32Array;
    named[nextStateName(block)] = arrays.nextStates[block] as Float32Array;
    if (!blockDropout) continue;
    named[maskName(block, 'mixed')] = arrays.masks[2 * block] as Float32Array;
    named[maskName(block, 'output')] = arrays.masks[2 * block + 1] as Float32Array;
  }
  return named;
};

/** Arrays of one width; events and candidates lie together, so that one table's rows are gathered and learn at once. */
export interface CandidateArrays {
  /** [rows + candidates, width]. */
  readonly vectors: Float32Array;
  readonly vectorGradients: Float32Array;
  /** [candidates]. */
  readonly bias: Float32Array;
  readonly biasGradients: Float32Array;
  /** [candidates]. */
  readonly even: Float32Array;
}

export const createCandidateArrays = (rows: number, candidates: number, width: number): CandidateArrays => ({
  vectors: new Float32Array((rows + candidates) * width),
  vectorGradients: new Float32Array((rows + candidates) * width),
  bias: new Float32Array(candidates),
  biasGradients: new Float32Array(candidates),
  even: new Float32Array(candidates),
});

export const namedCandidateArrays = (arrays: CandidateArrays, rows: number, width: number) => {
  const [events, candidateRows] = [arrays.vectors.subarray(0, rows * width), arrays.vectors.subarray(rows * width)];
  return {
    events,
    candidateRows,
    candidateBias: arrays.bias,
    even: arrays.even,
    [gradientName('events')]: arrays.vectorGradients.subarray(0, rows * width),
    [gradientName('candidateRows')]: arrays.vectorGradients.subarray(rows * width),
    [gradientName('candidateBias')]: arrays.biasGradients,
  };
};

/** Score of a place that holds no candidate: e^score is 0 and stays finite on its way there. */
const NOWHERE = -1e30;

export const fillBias = (arrays: CandidateArrays, { items, logChance }: StepCandidates, bias: Float32Array): void => {
  arrays.bias.fill(NOWHERE, items.length);
  arrays.even.fill(0, items.length).fill(1 / items.length, 0, items.length);
  items.forEach((item, at) => void (arrays.bias[at] = (bias[item] as number) - (logChance?.[at] ?? 0)));
};

/** Targets of the chosen events as places among the candidates, weights to sum to 1; returns how many there are. */
export const fillTargets = (
  into: RowArrays,
  targets: EventTargets,
  chosen: Int32Array,
  { width, logChance }: StepCandidates,
  placeOf: (item: number) => number,
): number => {
  let [count, total] = [0, 0];
  chosen.forEach((event, row) => {
    const item = event < 0 ? NO_ITEM : (targets.items[event] as number);
    const weight = item === NO_ITEM ? 0 : (targets.weights[event] as number);
    const place = weight > 0 ? placeOf(item) : 0;
    into.places[row] = row * width + place;
    into.own[row] = weight > 0 ? (logChance?.[place] ?? 0) : 0;
    into.targetWeights[row] = weight;
    total += weight;
    if (weight > 0) count += 1;
  });
  if (total > 0) into.targetWeights.forEach((weight, row) => void (into.targetWeights[row] = weight / total));
  return count;
};

/**
 * The last items [rows · lags] of the chosen events as places among the candidates; after `fillTargets`. They are
 * candidates of their row for certain, as its target is, so that their chance is taken back once as well.
 */
export const fillRecent = (
  into: RowArrays,
  recent: Int32Array,
  { width, logChance }: StepCandidates,
  placeOf: (item: number) => number,
): void => {
  const rows = into.targetWeights.length;
  const lags = recent.length / rows;
  recent.forEach((item, entry) => {
    const row = Math.floor(entry / lags);
    const place = row * width + (item === NO_ITEM ? 0 : placeOf(item));
    const isTarget = into.targetWeights[row] !== 0 && into.places[row] === place;
    const isCorrected = isTarget || recent.subarray(row * lags, entry).includes(item);
    into.recentPlaces[entry] = place;
    into.recentMask[entry] = item === NO_ITEM ? 0 : 1;
    into.recentOwn[entry] = item === NO_ITEM || isCorrected ? 0 : (logChance?.[place - row * width] ?? 0);
  });
};

/**
 * 0 with chance `rate`, else 1 / (1 − rate). Four numbers a draw, of 8 bits each: the rate is met to 1/256, and
 * drawing does not show in the time of a step.
 */
export const fillMask = (mask: Float32Array, rate: number, random: Random): void => {
  const limit = Math.round(rate * 256);
  const kept = 256 / (256 - limit);
  for (let at = 0; at < mask.length; at += 4) {
    let bits = Math.floor(random.next() * 4_294_967_296);
    const end = Math.min(at + 4, mask.length);
    for (let i = at; i < end; i += 1) {
      mask[i] = (bits & 255) < limit ? 0 : kept;
      bits >>>= 8;
    }
  }
};

/** x ← x · factors for the first numbers of x, as many as there are factors. */
export const multiplyBy = (x: Float32Array, factors: Float32Array): void => {
  for (let at = 0; at < factors.length; at += 1) x[at] = (x[at] as number) * (factors[at] as number);
};

/** x ← x + terms, likewise. */
export const addTo = (x: Float32Array, terms: Float32Array): void => {
  for (let at = 0; at < terms.length; at += 1) x[at] = (x[at] as number) + (terms[at] as number);
};
