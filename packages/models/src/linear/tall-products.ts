import { createGraph } from '../training/graph.ts';
import { matmul } from '../training/operators/matmul.ts';
import { openSession } from '../training/session.ts';

/** Products of tall matrices [length, width] in the engine, over arrays that are fixed at the start. */
export interface TallProduct {
  run(): Promise<void>;
  close(): Promise<void>;
}

interface Size {
  readonly length: number;
  readonly width: number;
  readonly threads: number;
}

/** gram [width, width] = xᵀx. */
export const openGram = async (
  x: Float32Array,
  gram: Float32Array,
  { length, width, threads }: Size,
): Promise<TallProduct> => {
  const graph = createGraph();
  const matrix = graph.input('x', [length, width]);
  const session = await openSession(graph.program({ gram: matmul(matrix, matrix, { transposeA: true }) }), { threads });
  return { run: session.bind({ x, gram }), close: session.close };
};

/** turned [length, width] = x · turn [width, width]. */
export const openTurn = async (
  x: Float32Array,
  turn: Float32Array,
  turned: Float32Array,
  { length, width, threads }: Size,
): Promise<TallProduct> => {
  const graph = createGraph();
  const product = matmul(graph.input('x', [length, width]), graph.input('turn', [width, width]));
  const session = await openSession(graph.program({ turned: product }), { threads });
  return { run: session.bind({ x, turn, turned }), close: session.close };
};
