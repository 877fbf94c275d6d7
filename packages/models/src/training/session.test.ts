import { expect, test } from 'vitest';
import { gradientsOf } from './gradients.ts';
import { createGraph } from './graph.ts';
import { tanh } from './operators/elementwise.ts';
import { matmul } from './operators/matmul.ts';
import { sum } from './operators/reductions.ts';
import { openSession } from './session.ts';

const [rows, inner, columns] = [64, 96, 160];

const program = () => {
  const graph = createGraph();
  const x = graph.input('x', [rows, inner]);
  const w = graph.input('w', [inner, columns]);
  const loss = sum(tanh(matmul(x, w)));
  const [dw] = gradientsOf(loss, [w]) as [ReturnType<typeof sum>];
  return graph.program({ loss, dw });
};
const arrays = () => ({
  x: Float32Array.from({ length: rows * inner }, (_, at) => Math.sin(at)),
  w: Float32Array.from({ length: inner * columns }, (_, at) => Math.cos(at * 1.7) / 10),
  loss: new Float32Array(1),
  dw: new Float32Array(inner * columns),
});

test.each([1, 2])('%d threads: the same bits at every run, in this session and in another', async (threads) => {
  const found: Float32Array[] = [];
  for (let session = 0; session < 2; session += 1) {
    const open = await openSession(program(), { threads });
    const bound = arrays();
    const run = open.bind(bound);
    for (let again = 0; again < 3; again += 1) {
      bound.dw.fill(NaN);
      await run();
      found.push(bound.dw.slice());
    }
    await open.close();
  }
  const [first] = found;
  expect(first?.every(Number.isFinite)).toBe(true);
  for (const other of found) expect(other).toEqual(first);
});

test('what is changed in a bound array counts at the next run', async () => {
  const open = await openSession(program(), { threads: 1 });
  const bound = arrays();
  const run = open.bind(bound);
  bound.w.fill(0);
  await run();
  expect(bound.loss[0]).toBe(0);
  bound.w.fill(0.01);
  await run();
  expect(bound.loss[0]).not.toBe(0);
  await open.close();
});

test('an array that is missing, of another kind or another size is named', async () => {
  const open = await openSession(program(), { threads: 1 });
  const { x, w, loss, dw } = arrays();
  expect(() => open.bind({ x, w, loss })).toThrow('dw wants an array of float32');
  expect(() => open.bind({ x: Float64Array.from(x), w, loss, dw })).toThrow('x wants an array of float32');
  expect(() => open.bind({ x, w: w.subarray(1), loss, dw })).toThrow('w [96, 160] has 15360 numbers, the array 15359');
  await open.close();
});
