import { decode, encode, type WeightTensors } from '../autoencoder/network.ts';
import { type Autoencoder, decoderShapes, encoderShapes, TABLE } from '../autoencoder/shape.ts';
import { createGraph, type Tensor } from '../training/graph.ts';
import { div } from '../training/operators/arithmetic.ts';
import { matmul } from '../training/operators/matmul.ts';
import { reduce } from '../training/operators/reductions.ts';
import { unitRows } from '../training/operators/unit-rows.ts';
import type { StandaloneProgram } from './standalone-program.ts';

/**
 * The autoencoder from bags as they are to latents and scores, its sparse first layer as a dense product: for runtimes
 * that have nothing else. The sums run in another order than `createAutoencoderScorer`'s, so bits differ, by some 1e-7.
 */
export const autoencoderProgram = ({ shape, weights }: Autoencoder, batch: number): StandaloneProgram => {
  const { columns, hidden, depth } = shape;
  const graph = createGraph();
  const shapes = { ...encoderShapes(shape), ...decoderShapes(shape), [TABLE]: [columns, hidden] };
  const named: WeightTensors = Object.fromEntries(
    // a head that serving has no use for is left out by the graph
    Object.entries(shapes).map(
      ([name, dimensions]) => [name, graph.constant(name, weights[name] as Float32Array, dimensions)] as const,
    ),
  );
  const bag = graph.input('bag', [batch, columns]);
  const { mu } = encode(matmul(unitBags(bag), named[TABLE] as Tensor), named, depth);
  return {
    ...graph.program({ latents: mu, scores: decode(mu, named) }),
    meanings: {
      bag: 'weights ≥ 0 of the columns that a user is known by, 0 for all others; any scale; unused rows may hold zeros',
      latents: "mu, the user's place in the latent space",
      scores: 'of items, by their numbers in items.json; only their order and differences mean something',
    },
  };
};

/** Least peak that is divided by, for rows of zeros. */
const LEAST = 1e-30;

/** Divided by their peak first: squares of small weights would vanish beside the ε of the division by the length. */
const unitBags = (bag: Tensor): Tensor => {
  const peaks = reduce('ReduceMax', bag, [1]);
  const safe = bag.graph.node('Max', { inputs: [peaks, bag.graph.scalar(LEAST)], shape: peaks.shape });
  return unitRows(div(bag, safe));
};
