/** The autoencoder at work, with the weights that it had when the scorer was made: z = mu, no noise, no dropout. */
import type { SparseRows } from '../item-graph.ts';
import { checkFinite } from '../recurrent/shape.ts';
import { createGraph, type Program } from '../training/graph.ts';
import { openSession } from '../training/session.ts';
import { gatherSum } from '../training/sparse-layer.ts';
import { checkBags, normalisedBags } from './bags.ts';
import { decode, encode, type WeightTensors } from './network.ts';
import { fillFirst, type RunningBag } from './running-bag.ts';
import { type Autoencoder, checkWeights, decoderShapes, encoderShapes, TABLE } from './shape.ts';

/** Latents [batch, latent] and scores of all items [batch, items]; good until the next call. */
export interface LatentsAndScores {
  readonly mu: Float32Array;
  readonly scores: Float32Array;
}

/** One call at a time: calls share their arrays. */
export interface AutoencoderScorer {
  /** Of the users `rows` of `bags`, at most `batch` of them: an unknown user, an empty bag, gets those of the prior. */
  score(bags: SparseRows, rows: Int32Array): Promise<LatentsAndScores>;
  /**
   * Of bags that were kept event by event, at most `batch` of them: those of `score` but for the order in which their
   * sums were made, some 1e-6.
   */
  scoreRunning(bags: readonly RunningBag[]): Promise<LatentsAndScores>;
  close(): Promise<void>;
}

/** Graph from `first`, the sparse layer's sum [batch, hidden], to mu and the scores of all items; weights are in it. */
export const scoringProgram = ({ shape, weights }: Autoencoder, batch: number): Program => {
  const graph = createGraph();
  const tensors = Object.entries({ ...encoderShapes(shape), ...decoderShapes(shape) }).map(
    ([name, dimensions]) => [name, graph.constant(name, weights[name] as Float32Array, dimensions)] as const,
  );
  const named: WeightTensors = Object.fromEntries(tensors);
  const { mu } = encode(graph.input('first', [batch, shape.hidden]), named, shape.depth);
  return graph.program({ latents: mu, scores: decode(mu, named) });
};

/** Throws a RangeError for weights that do not fit the shape or are no numbers. */
export const createAutoencoderScorer = async (
  model: Autoencoder,
  { batch, threads }: { readonly batch: number; readonly threads: number },
): Promise<AutoencoderScorer> => {
  const { shape, weights } = model;
  checkWeights(shape, weights);
  checkFinite(weights);
  const session = await openSession(scoringProgram(model, batch), { threads });
  // the graph holds copies too: a training that goes on does not change what is scored
  const table = (weights[TABLE] as Float32Array).slice();
  const first = new Float32Array(batch * shape.hidden);
  const mu = new Float32Array(batch * shape.latent);
  const scores = new Float32Array(batch * shape.items);
  const run = session.bind({ first, latents: mu, scores });
  const checkCount = (users: number) => {
    if (users > batch) throw new RangeError(`${users} users in a batch of ${batch}`);
  };
  return {
    score: async (bags, rows) => {
      checkCount(rows.length);
      for (const row of rows)
        if (!(row >= 0 && row + 1 < bags.rowStart.length))
          throw new RangeError(`no user ${row} of ${bags.rowStart.length - 1}`);
      const chosen = normalisedBags(bags, rows);
      checkBags(chosen, shape.columns, 'bags');
      gatherSum(table, shape.hidden, chosen, first);
      await run();
      return { mu, scores };
    },
    scoreRunning: async (bags) => {
      checkCount(bags.length);
      for (const { sum } of bags)
        if (sum.length !== shape.hidden) throw new RangeError(`a sum of ${sum.length} numbers, not ${shape.hidden}`);
      fillFirst(bags, shape.hidden, first);
      await run();
      return { mu, scores };
    },
    close: session.close,
  };
};
