import { createGraph } from '../training/graph.ts';
import { matmul } from '../training/operators/matmul.ts';
import { openSession } from '../training/session.ts';

/** Products of square tiles [size, size]; `into` is none of what is read. */
export interface TileProducts {
  readonly size: number;
  /** into = a·b. */
  product(a: Float32Array, b: Float32Array, into: Float32Array): Promise<void>;
  /** into = c + a·bᵀ: of all ways to store the factors the engine's fastest. */
  addProduct(c: Float32Array, a: Float32Array, b: Float32Array, into: Float32Array): Promise<void>;
  /** into = aᵀ. */
  transpose(a: Float32Array, into: Float32Array): Promise<void>;
  close(): Promise<void>;
}

export const createTileProducts = async (size: number, threads: number): Promise<TileProducts> => {
  const graph = createGraph();
  const shape = [size, size];
  const [a, b, c] = [graph.input('a', shape), graph.input('b', shape), graph.input('c', shape)];
  const open = (into: typeof a) => openSession(graph.program({ into }), { threads });
  const plain = await open(matmul(a, b));
  const sum = await open(matmul(a, b, { transposeB: true, bias: c }));
  const transposed = await open(graph.node('Transpose', { inputs: [a], shape }));
  return {
    size,
    product: (a, b, into) => plain.bind({ a, b, into })(),
    addProduct: (c, a, b, into) => sum.bind({ a, b, c, into })(),
    transpose: (a, into) => transposed.bind({ a, into })(),
    close: async () => void (await Promise.all([plain, sum, transposed].map((session) => session.close()))),
  };
};
