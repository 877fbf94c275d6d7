import { createGraph, matmul, openSession } from '@nextcart/models';

/** Numbers of a side: three matrices of 4 MiB, in the second and third caches. */
const SIDE = 1024;

export interface Peak {
  /** FLOP/s of one product. */
  measure(): Promise<number>;
  close(): Promise<void>;
}

/** What the engine reaches on a shape that suits it, weights packed beforehand as a catalogue's are. */
export const createPeak = async (threads: number): Promise<Peak> => {
  const graph = createGraph();
  const weights = graph.constant('weights', new Float32Array(SIDE * SIDE).fill(0.5), [SIDE, SIDE]);
  const program = graph.program({ product: matmul(graph.input('rows', [SIDE, SIDE]), weights) });
  const session = await openSession(program, { threads });
  const run = session.bind({
    rows: new Float32Array(SIDE * SIDE).fill(0.25),
    product: new Float32Array(SIDE * SIDE),
  });
  return {
    measure: async () => {
      const startedAt = performance.now();
      await run();
      return (2 * SIDE ** 3) / ((performance.now() - startedAt) / 1000);
    },
    close: session.close,
  };
};
