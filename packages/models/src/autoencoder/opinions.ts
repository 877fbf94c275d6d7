/** What the autoencoder says of all items, ready to be fused: z = mu, no noise, no dropout. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { SparseRows } from '../item-graph.ts';
import { createStandardRoots, inBlocks, rootsOf, type StandardRoots } from '../serving/standard-roots.ts';
import { createGraph, type Graph, type Program } from '../training/graph.ts';
import { matmul } from '../training/operators/matmul.ts';
import { createScratch } from '../training/scratch.ts';
import { openSession } from '../training/session.ts';
import { createKeptTable } from '../training/simd/kept-table.ts';
import { createBagCheck, normalisedBags } from './bags.ts';
import { encode } from './network.ts';
import { type Autoencoder, checkWeights, encoderShapes, TABLE } from './shape.ts';

/** One call at a time: calls share their arrays. */
export interface AutoencoderOpinions {
  /**
   * Latents of any number of bags [n, columns], [n, latent]; an empty one gets those of the prior. Good until the next call.
   * Throws a RangeError for bags that don't fit. Here as below a row's bits depend neither on the batch nor on the threads.
   */
  latentsOf(bags: SparseRows): Promise<Float32Array>;
  /** What latents [n, latent] say of all items, at most `batch`. Good until the next call. */
  opine(latents: Float32Array): Promise<StandardRoots>;
  /**
   * Half the logits of a few items for latents [n, latent], into [n, items.length]: the same as those that roots are made
   * of but for rounding. For `onScale`.
   */
  halvesOf(latents: Float32Array, items: Int32Array, into: Float64Array): void;
  close(): Promise<void>;
}

export interface AutoencoderOptions {
  /** Subjects that are asked for at once. */
  readonly batch: number;
  /** Bags that are encoded at once; absent: as many. */
  readonly bags?: number;
  readonly threads: number;
}

/**
 * Throws a RangeError for weights that do not fit the shape. That all of them are numbers was seen when their release was
 * written and opened; to see it again takes as long as a batch of lists.
 */
export const createAutoencoderOpinions = async (
  model: Autoencoder,
  { batch, bags: most = batch, threads }: AutoencoderOptions,
): Promise<AutoencoderOpinions> => {
  const { shape, weights } = model;
  const { hidden, latent, items, columns } = shape;
  checkWeights(shape, weights);
  const encoding = await openSession(encoderProgram(model, most), { threads });
  const deciding = await openSession(opinionProgram(model, batch), { threads }).catch(async (error: unknown) => {
    await encoding.close();
    throw error;
  });
  // copies, as the graphs hold them: a training that goes on does not change what is said
  const table = createKeptTable(weights[TABLE] as Float32Array, hidden);
  await nextTurn(); // whoever opens a release serves another one meanwhile: pieces of some ms
  const rows = createKeptTable(weights['rows'] as Float32Array, latent);
  const bias = (weights['rowBias'] as Float32Array).slice();
  const [first, mu] = [new Float32Array(most * hidden), new Float32Array(most * latent)];
  const queries = new Float32Array(batch * (latent + 1)).fill(1);
  const made = createStandardRoots(batch, items);
  const encodeRows = encoding.bindRows({ first, latents: mu });
  const decide = deciding.bindRows({ queries, ...made.arrays });
  const check = createBagCheck(columns, 'bags');
  const scratch = createScratch();

  /** Bags [start, start + count) into `mu`. */
  const encodeSome = async (bags: SparseRows, start: number, count: number): Promise<void> => {
    const some = Int32Array.from({ length: count }, (_, row) => start + row);
    table.gather(normalisedBags(bags, some), first.subarray(0, count * hidden));
    await encodeRows(count);
  };
  return {
    latentsOf: async (bags) => {
      const count = bags.rowStart.length - 1;
      check(bags);
      const latents = scratch(count * latent);
      for (let start = 0; start < count; start += most) {
        const some = Math.min(most, count - start);
        await encodeSome(bags, start, some);
        latents.set(mu.subarray(0, some * latent), start * latent);
      }
      return latents;
    },
    opine: async (latents) => {
      const count = latents.length / latent;
      if (!Number.isInteger(count) || count > batch)
        throw new RangeError(`${latents.length} numbers are no latents of ${latent}, at most ${batch}`);
      for (let row = 0; row < count; row += 1)
        queries.set(latents.subarray(row * latent, (row + 1) * latent), row * (latent + 1));
      await decide(count);
      return made.read(count);
    },
    halvesOf: (latents, some, into) => {
      rows.products(latents, some, into);
      for (let at = 0; at < (latents.length / latent) * some.length; at += 1)
        into[at] = ((into[at] as number) + (bias[some[at % some.length] as number] as number)) / 2;
    },
    close: async () => void (await Promise.all([encoding.close(), deciding.close()])),
  };
};

const constants = (graph: Graph, weights: Autoencoder['weights'], shapes: ReturnType<typeof encoderShapes>) =>
  Object.fromEntries(
    Object.entries(shapes).map(
      ([name, dimensions]) => [name, graph.constant(name, weights[name] as Float32Array, dimensions)] as const,
    ),
  );

const encoderProgram = ({ shape, weights }: Autoencoder, batch: number): Program => {
  const graph = createGraph();
  const first = graph.input('first', [batch, shape.hidden]);
  return graph.program(
    { latents: encode(first, constants(graph, weights, encoderShapes(shape)), shape.depth).mu },
    batch,
  );
};

/** `queries`: latents with a 1 behind each. */
const opinionProgram = ({ shape, weights }: Autoencoder, batch: number): Program => {
  const graph = createGraph();
  const { latent } = shape;
  const halved = inBlocks(weights['rows'] as Float32Array, latent, weights['rowBias'] as Float32Array);
  const rows = graph.constant('rows', halved.rows, [halved.places, latent + 1]);
  const queries = graph.input('queries', [batch, latent + 1]);
  return graph.program(rootsOf(matmul(queries, rows, { transposeB: true })), batch);
};
