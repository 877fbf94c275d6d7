/** What the autoencoder says of all items, ready to be fused: z = mu, no noise, no dropout. */
import type { SparseRows } from '../item-graph.ts';
import { checkFinite } from '../recurrent/shape.ts';
import { createStandardRoots, rootsOf, type StandardRoots } from '../serving/standard-roots.ts';
import { createGraph, type Program } from '../training/graph.ts';
import { openSession } from '../training/session.ts';
import { gatherSum } from '../training/sparse-layer.ts';
import { checkBags, normalisedBags } from './bags.ts';
import { decode, encode } from './network.ts';
import { type Autoencoder, checkWeights, decoderShapes, encoderShapes, TABLE } from './shape.ts';

/** One call at a time: calls share their arrays. */
export interface AutoencoderOpinions {
  /**
   * Of at most `batch` bags [n, columns]; an empty one gets those of the prior. A row's bits depend neither on the batch
   * nor on the threads. Good until the next call. Throws a RangeError for bags that don't fit.
   */
  opine(bags: SparseRows): Promise<StandardRoots>;
  close(): Promise<void>;
}

/** Throws a RangeError for weights that do not fit the shape or are no numbers. */
export const createAutoencoderOpinions = async (
  model: Autoencoder,
  { batch, threads }: { readonly batch: number; readonly threads: number },
): Promise<AutoencoderOpinions> => {
  const { shape, weights } = model;
  checkWeights(shape, weights);
  checkFinite(weights);
  const session = await openSession(opinionProgram(model, batch), { threads });
  const table = (weights[TABLE] as Float32Array).slice();
  const first = new Float32Array(batch * shape.hidden);
  const made = createStandardRoots(batch, shape.items);
  const run = session.bindRows({ first, roots: made.roots });
  return {
    opine: async (bags) => {
      const count = bags.rowStart.length - 1;
      if (count > batch) throw new RangeError(`${count} users in a batch of ${batch}`);
      checkBags(bags, shape.columns, 'bags');
      const rows = Int32Array.from({ length: count }, (_, row) => row);
      gatherSum(table, shape.hidden, normalisedBags(bags, rows), first);
      await run(count);
      return made.read(count);
    },
    close: session.close,
  };
};

const opinionProgram = ({ shape, weights }: Autoencoder, batch: number): Program => {
  const graph = createGraph();
  const halved = new Set(Object.keys(decoderShapes(shape)));
  const named = Object.fromEntries(
    Object.entries({ ...encoderShapes(shape), ...decoderShapes(shape) }).map(([name, dimensions]) => {
      const values = weights[name] as Float32Array;
      return [name, graph.constant(name, halved.has(name) ? values.map((value) => value / 2) : values, dimensions)];
    }),
  );
  const { mu } = encode(graph.input('first', [batch, shape.hidden]), named, shape.depth);
  return graph.program(rootsOf(decode(mu, named)), batch);
};
