/** The recurrent model at work, with the weights that it had when the scorer was made. */
import { openSession } from '../training/session.ts';
import { createRecurrentFolding, type FoldingOptions, type RecurrentFolding } from './folding.ts';
import { scoreProgram } from './scoring-programs.ts';
import { CROSS, type RecurrentModel } from './shape.ts';

/** One call at a time: calls share their arrays. */
export interface RecurrentScorer extends RecurrentFolding {
  /**
   * Scores of all items, [batch, items], for at most `batch` states, asked for a target of a type (where the model knows
   * types); without events, the items' biases. A row does not depend on the batch. Good until the next call.
   */
  score(states: Float32Array, type?: number): Promise<Float32Array>;
}

/** Throws a RangeError for weights that do not fit the shape or are no numbers. */
export const createRecurrentScorer = async (
  model: RecurrentModel,
  options: FoldingOptions,
): Promise<RecurrentScorer> => {
  const { batch, threads } = options;
  const { shape, weights } = model;
  const folding = await createRecurrentFolding(model, options);
  const { stateSize } = folding;
  const { width, blocks, items, types, lags } = shape;
  const crossTable = weights[CROSS]?.slice() as Float32Array;
  const session = await openSession(scoreProgram(model, batch), { threads }).catch(async (error: unknown) => {
    await folding.close();
    throw error;
  });
  const inputs = { cross: new Float32Array(types > 0 ? width : 0) };
  const outputs = new Float32Array(batch * width);
  const scores = new Float32Array(batch * items);
  const repeats = new Float32Array(batch * lags);
  const runScore = session.bind({ ...inputs, outputs, scores, repeats });
  const recentOf = (states: Float32Array, row: number) =>
    states.subarray((row + 1) * stateSize - lags, (row + 1) * stateSize);
  return {
    ...folding,
    score: async (states, type) => {
      const count = states.length / stateSize;
      if (!Number.isInteger(count) || count > batch)
        throw new RangeError(`${states.length} numbers are no states of ${stateSize}, at most ${batch}`);
      if (types > 0) inputs.cross.set(crossOf(crossTable, type, types, width));
      for (let row = 0; row < count; row += 1)
        outputs.set(states.subarray(row * stateSize + blocks * width, (row + 1) * stateSize - lags), row * width);
      await runScore();
      for (let row = 0; row < count; row += 1)
        recentOf(states, row).forEach((next, lag) => {
          const at = row * items + next - 1;
          if (next > 0) scores[at] = (scores[at] as number) + (repeats[row * lags + lag] as number);
        });
      return scores;
    },
    close: async () => void (await Promise.all([folding.close(), session.close()])),
  };
};

const crossOf = (cross: Float32Array, type: number | undefined, types: number, width: number): Float32Array => {
  if (!(type !== undefined && type >= 0 && type < types)) throw new RangeError(`asked for type ${type} of ${types}`);
  return cross.subarray(type * width, (type + 1) * width);
};
