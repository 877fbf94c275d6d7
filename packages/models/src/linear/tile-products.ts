import { createGraph, type Program } from '../training/graph.ts';
import { matmul } from '../training/operators/matmul.ts';
import { openSession, type Session } from '../training/session.ts';

/** Products of square tiles [size, size]; `into` is none of the factors. */
export interface TileProducts {
  /** into = a·b. */
  product(a: Float32Array, b: Float32Array, into: Float32Array): Promise<void>;
  /** into = c + a·b, either factor transposed. */
  addProduct(
    c: Float32Array,
    a: { readonly tile: Float32Array; readonly transposed: boolean },
    b: { readonly tile: Float32Array; readonly transposed: boolean },
    into: Float32Array,
  ): Promise<void>;
  close(): Promise<void>;
}

export const createTileProducts = async (size: number, threads: number): Promise<TileProducts> => {
  const program = (transposeA: boolean, transposeB: boolean, withSum: boolean): Program => {
    const graph = createGraph();
    const [a, b] = [graph.input('a', [size, size]), graph.input('b', [size, size])];
    const bias = withSum ? { bias: graph.input('c', [size, size]) } : {};
    return graph.program({ into: matmul(a, b, { transposeA, transposeB, ...bias }) });
  };
  const flags = [false, true];
  const plain = await openSession(program(false, false, false), { threads });
  const sums: Session[] = [];
  for (const transposeA of flags)
    for (const transposeB of flags) sums.push(await openSession(program(transposeA, transposeB, true), { threads }));
  return {
    product: (a, b, into) => plain.bind({ a, b, into })(),
    addProduct: (c, a, b, into) => {
      const session = sums[Number(a.transposed) * 2 + Number(b.transposed)] as Session;
      return session.bind({ a: a.tile, b: b.tile, c, into })();
    },
    close: async () => void (await Promise.all([plain, ...sums].map((session) => session.close()))),
  };
};
