import { expect } from 'vitest';
import { gradientsOf } from './gradients.ts';
import { createGraph, type Graph, type Tensor } from './graph.ts';
import { mul } from './operators/arithmetic.ts';
import { sum } from './operators/reductions.ts';
import { openSession } from './session.ts';
import { type Shape, sizeOf } from './shape.ts';

export interface Example {
  readonly shapes: readonly Shape[];
  readonly build: (inputs: readonly Tensor[], graph: Graph) => Tensor;
  /** Numbers to start at; by default between −1.5 and 1.5. */
  readonly values?: (at: number) => number;
  /** Inputs without a gradient. */
  readonly fixed?: readonly number[];
}

const wave = (at: number) => 1.5 * Math.sin(at * 12.9898 + 0.7);
const STEP = 1e-5;

/** Every entry of every input's gradient against (f(x + h) − f(x − h)) / 2h, in float64. */
export const checkGradients = async ({ shapes, build, values = wave, fixed = [] }: Example): Promise<void> => {
  const graph = createGraph('float64');
  const inputs = shapes.map((shape, at) => graph.input(`x${at}`, shape));
  const output = build(inputs, graph);
  // weights of its own for each element of the output, so that none hides behind another
  const loss = sum(mul(output, graph.input('probe', output.shape)));
  const free = inputs.filter((_, at) => !fixed.includes(at));
  const gradients = gradientsOf(loss, free);
  gradients.forEach((gradient, at) => expect(gradient.shape).toEqual(free[at]?.shape));
  const outputs = Object.fromEntries(gradients.map((gradient, at) => [`d${free[at]?.name}`, gradient]));
  const program = graph.program({ loss, ...outputs });
  const arrays: Record<string, Float64Array> = {};
  let seed = 0;
  for (const { name, shape } of program.inputs)
    arrays[name] = Float64Array.from({ length: sizeOf(shape) }, () => (name === 'probe' ? wave : values)((seed += 1)));
  for (const { name, shape } of program.outputs) arrays[name] = new Float64Array(sizeOf(shape));
  const session = await openSession(program, { threads: 1 });
  const run = session.bind(arrays);
  await run();
  const found = structuredClone(arrays);
  const lossAt = async (array: Float64Array, at: number, value: number) => {
    const before = array[at] as number;
    array[at] = value;
    await run();
    array[at] = before;
    return arrays['loss']?.[0] as number;
  };
  for (const { name } of free) {
    const array = arrays[name] as Float64Array;
    for (let at = 0; at < array.length; at += 1) {
      const x = array[at] as number;
      const numeric = ((await lossAt(array, at, x + STEP)) - (await lossAt(array, at, x - STEP))) / (2 * STEP);
      const exact = found[`d${name}`]?.[at] as number;
      expect(Math.abs(numeric - exact), `d/d${name}[${at}]: ${exact}, by differences ${numeric}`).toBeLessThan(
        1e-7 * Math.max(1, Math.abs(exact)),
      );
    }
  }
  await session.close();
};
