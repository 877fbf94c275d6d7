/** The autoencoder at work, with the weights that it had when the scorer was made: z = mu, no noise, no dropout. */
import type { SparseRows } from '../item-graph.ts';
import { createGraph, type Program } from '../training/graph.ts';
import { openSession } from '../training/session.ts';
import { gatherSum } from '../training/sparse-layer.ts';
import { checkBags, normalisedBags } from './bags.ts';
import { decode, encode, type WeightTensors } from './network.ts';
import { type Autoencoder, checkWeights, decoderShapes, encoderShapes, TABLE } from './shape.ts';

export interface AutoencoderScorer {
  /**
   * Latents and scores of the users `rows` of `bags` (at most `batch` of them), [batch, latent] and [batch, items]: an
   * unknown user, an empty bag, gets those of the prior. Good until the next call.
   */
  score(bags: SparseRows, rows: Int32Array): Promise<{ readonly mu: Float32Array; readonly scores: Float32Array }>;
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

export const createAutoencoderScorer = async (
  model: Autoencoder,
  { batch, threads }: { readonly batch: number; readonly threads: number },
): Promise<AutoencoderScorer> => {
  checkWeights(model.shape, model.weights);
  const session = await openSession(scoringProgram(model, batch), { threads });
  const { shape, weights } = model;
  const first = new Float32Array(batch * shape.hidden);
  const mu = new Float32Array(batch * shape.latent);
  const scores = new Float32Array(batch * shape.items);
  const run = session.bind({ first, latents: mu, scores });
  return {
    score: async (bags, rows) => {
      if (rows.length > batch) throw new RangeError(`${rows.length} users in a batch of ${batch}`);
      const chosen = normalisedBags(bags, rows);
      checkBags(chosen, shape.columns, 'bags');
      gatherSum(weights[TABLE] as Float32Array, shape.hidden, chosen, first);
      await run();
      return { mu, scores };
    },
    close: session.close,
  };
};
