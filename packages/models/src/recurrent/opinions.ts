/** What the recurrent model says of all items, ready to be fused. */
import { createStandardRoots, inBlocks, rootsOf, type StandardRoots } from '../serving/standard-roots.ts';
import { createGraph, type Program } from '../training/graph.ts';
import { mul } from '../training/operators/arithmetic.ts';
import { concat } from '../training/operators/indexing.ts';
import { matmul } from '../training/operators/matmul.ts';
import { createScratch } from '../training/scratch.ts';
import { openSession } from '../training/session.ts';
import { createKeptTable } from '../training/simd/kept-table.ts';
import { type FoldingOptions, stateSizeOf } from './folding.ts';
import { askFor, repeatBonus } from './network.ts';
import { type PurchaseShares, readShares } from './purchase-shares.ts';
import { denseConstants, itemVectors, makeUnit } from './scoring-programs.ts';
import { BIAS, CROSS, checkFinite, checkWeights, type RecurrentModel } from './shape.ts';

/** One call at a time: calls share their arrays. */
export interface RecurrentOpinions {
  /**
   * Of at most `batch` states [n, stateSize] of a `RecurrentFolding`, asked for a target of a type where the model knows
   * types. A row's bits depend neither on the batch nor on the threads. Good until the next call.
   */
  opine(states: Float32Array, type: number): Promise<StandardRoots>;
  /**
   * The same bits, and what is bought next, at the temperature that the opinions were made with: of another row of each
   * state in the same run, because what a run costs is above all that the catalogue comes from memory. Throws a RangeError
   * where they were made without.
   */
  opineWithPurchases(
    states: Float32Array,
    type: number,
    purchase: number,
  ): Promise<{ readonly roots: StandardRoots; readonly shares: PurchaseShares }>;
  /**
   * Half the logits of a few items for any number of states, into [n, items.length]: the same as those that roots are made
   * of but for rounding. For `onScale`.
   */
  halvesOf(states: Float32Array, type: number, items: Int32Array, into: Float64Array): void;
  close(): Promise<void>;
}

export interface OpinionOptions extends FoldingOptions {
  /** Of next purchases; absent: nobody asks for them. */
  readonly temperature?: number | undefined;
}

/** Throws a RangeError for weights that do not fit the shape or are no numbers. */
export const createRecurrentOpinions = async (
  model: RecurrentModel,
  { batch, threads, temperature }: OpinionOptions,
): Promise<RecurrentOpinions> => {
  const { shape, weights } = model;
  checkWeights(shape, weights);
  checkFinite(weights);
  const { width, items, types, lags } = shape;
  const stateSize = stateSizeOf(shape);
  const crossTable = weights[CROSS]?.slice() as Float32Array;
  const vectors = vectorsOf(model);
  const table = createKeptTable(vectors, width);
  const twice = temperature !== undefined;
  const rows = twice ? 2 * batch : batch;
  const session = await openSession(opinionProgram(model, vectors, rows), { threads });
  const bias = (weights[BIAS] as Float32Array).slice();
  const repeat = weights['repeat']?.slice() as Float32Array;
  const repeatBias = weights['repeat.bias']?.slice() as Float32Array;
  /** Bonus of an item that is the last but `lag`. */
  const repeatOf = (asked: Float32Array, row: number, lag: number): number => {
    let sum = repeatBias[lag] as number;
    for (let i = 0; i < width; i += 1) sum += (asked[row * width + i] as number) * (repeat[i * lags + lag] as number);
    return sum;
  };
  const inputs = {
    outputs: new Float32Array(rows * width),
    ...(types > 0 && { cross: new Float32Array(rows * width) }),
    ...(lags > 0 && { places: new Int32Array(rows * lags), present: new Float32Array(rows * lags) }),
    sharpness: new Float32Array(rows),
  };
  const made = createStandardRoots(rows, items);
  const scratch = createScratch();
  const run = session.bindRows({ ...inputs, ...made.arrays });

  /** Fills rows from `first` on with states that are asked for a type; how many. */
  const fill = (states: Float32Array, type: number, first: number, sharpness: number): number => {
    const count = states.length / stateSize;
    if (!Number.isInteger(count) || count > batch)
      throw new RangeError(`${states.length} numbers are no states of ${stateSize}, at most ${batch}`);
    if (types > 0 && !(type >= 0 && type < types)) throw new RangeError(`asked for type ${type} of ${types}`);
    for (let state = 0; state < count; state += 1) {
      const [row, end] = [first + state, (state + 1) * stateSize];
      inputs.outputs.set(states.subarray(end - lags - width, end - lags), row * width);
      inputs.cross?.set(crossTable.subarray(type * width, (type + 1) * width), row * width);
      inputs.sharpness[row] = sharpness;
      for (let lag = 0; lag < lags; lag += 1) {
        const next = states[end - lags + lag] as number; // item + 1, or 0
        (inputs.places as Int32Array)[row * lags + lag] = Math.max(0, next - 1);
        (inputs.present as Float32Array)[row * lags + lag] = next > 0 ? 1 : 0;
      }
    }
    return count;
  };
  return {
    opine: async (states, type) => {
      const count = fill(states, type, 0, 1);
      await run(count);
      return made.read(count);
    },
    opineWithPurchases: async (states, type, purchase) => {
      if (temperature === undefined) throw new RangeError('these opinions were made without a temperature');
      const count = fill(states, type, 0, 1);
      fill(states, purchase, count, 2 / temperature); // products are half the logits
      await run(2 * count);
      return { roots: made.read(count), shares: readShares(made.arrays, count, items) };
    },
    halvesOf: (states, type, some, into) => {
      const count = states.length / stateSize;
      const asked = scratch(count * width);
      for (let row = 0; row < count; row += 1) {
        const from = (row + 1) * stateSize - lags - width;
        for (let i = 0; i < width; i += 1) {
          const cross = types > 0 ? 1 + (crossTable[type * width + i] as number) : 1;
          asked[row * width + i] = (states[from + i] as number) * cross;
        }
        if (shape.scale > 0) scaleTo(asked.subarray(row * width, (row + 1) * width), shape.scale);
      }
      table.products(asked, some, into);
      for (let row = 0; row < count; row += 1)
        for (let k = 0; k < some.length; k += 1) {
          const item = some[k] as number;
          const at = row * some.length + k;
          let logit = (into[at] as number) + (bias[item] as number);
          for (let lag = 0; lag < lags; lag += 1)
            if (states[(row + 1) * stateSize - lags + lag] === item + 1) logit += repeatOf(asked, row, lag);
          into[at] = logit / 2;
        }
    },
    close: session.close,
  };
};

const scaleTo = (vector: Float32Array, length: number): void => {
  let squares = 0;
  for (const value of vector) squares += value * value;
  const factor = squares > 0 ? length / Math.sqrt(squares) : 0;
  for (let i = 0; i < vector.length; i += 1) vector[i] = (vector[i] as number) * factor;
};

/** Rows of items as outputs are compared with them, [items, width]. */
const vectorsOf = (model: RecurrentModel): Float32Array => {
  const vectors = itemVectors(model);
  if (model.shape.scale > 0) makeUnit(vectors, model.shape.width);
  return vectors;
};

/** `sharpness`: each row's factor between half the logits and the exponents of roots, 1 for opinions. */
const opinionProgram = (model: RecurrentModel, vectors: Float32Array, batch: number): Program => {
  const { shape, weights } = model;
  const { width, types, lags } = shape;
  const graph = createGraph();
  const outputs = graph.input('outputs', [batch, width]);
  const cross = types > 0 ? graph.input('cross', [batch, width]) : undefined;
  const sharpness = graph.input('sharpness', [batch, 1]);
  const asked = askFor(outputs, cross, shape);
  const halved = inBlocks(vectors, width, weights[BIAS] as Float32Array);
  const rows = graph.constant('vectors', halved.rows, [halved.places, width + 1]);
  const scores = matmul(concat([mul(asked, sharpness), sharpness], 1), rows, { transposeB: true });
  const repeats = repeatBonus(asked, denseConstants(graph, model), shape);
  if (!repeats) return graph.program(rootsOf(scores), batch);
  const bonus = mul(mul(mul(repeats, graph.input('present', [batch, lags])), 0.5), sharpness);
  const halves = graph.node('ScatterElements', {
    inputs: [scores, graph.indices('places', [batch, lags]), bonus],
    shape: scores.shape,
    attributes: { axis: 1, reduction: 'add' },
  });
  return graph.program(rootsOf(halves), batch);
};
