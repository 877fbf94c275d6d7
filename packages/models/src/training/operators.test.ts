import { describe, expect, test } from 'vitest';
import { checkGradients, type Example } from './gradient-check.fixture.ts';
import { gradientsOf } from './gradients.ts';
import { createGraph, type Tensor } from './graph.ts';
import { add, div, mul, neg, square, sub } from './operators/arithmetic.ts';
import { bagCrossEntropy } from './operators/bag-cross-entropy.ts';
import { expandTo } from './operators/broadcast.ts';
import { cast } from './operators/cast.ts';
import { exp, gelu, log, sigmoid, silu, sqrt, tanh } from './operators/elementwise.ts';
import { concat, gather, oneHot, reshape, slice } from './operators/indexing.ts';
import { layerNorm } from './operators/layer-norm.ts';
import { linearCrossEntropy } from './operators/linear-cross-entropy.ts';
import { matmul } from './operators/matmul.ts';
import { gruRecurrence, linearRecurrence } from './operators/recurrence.ts';
import { mean, sum } from './operators/reductions.ts';
import { addAt, pick } from './operators/scatter.ts';
import { logSoftmax, logSumExp, softmaxCrossEntropy } from './operators/softmax.ts';
import { unitRows } from './operators/unit-rows.ts';
import { openSession } from './session.ts';

const positive = (at: number) => 1.3 + Math.sin(at);
const away = (at: number) => (at % 2 === 0 ? 1 : -1) * (1 + 0.3 * Math.sin(at));
const one = (build: (x: Tensor) => Tensor, values?: Example['values']): Example => ({
  shapes: [[2, 3]],
  build: ([x]) => build(x as Tensor),
  ...(values && { values }),
});
const two = (
  build: (a: Tensor, b: Tensor) => Tensor,
  shapes: Example['shapes'],
  values?: Example['values'],
): Example => ({
  shapes,
  build: ([a, b]) => build(a as Tensor, b as Tensor),
  ...(values && { values }),
});
const three = (build: (a: Tensor, b: Tensor, c: Tensor) => Tensor, shapes: Example['shapes']): Example => ({
  shapes,
  build: ([a, b, c]) => build(a as Tensor, b as Tensor, c as Tensor),
});
/** Constant int32 in the graph of a tensor. */
const integers = ({ graph }: Tensor, values: readonly number[]): Tensor => cast(graph.integers(values), 'int32');
const row = (graph: ReturnType<typeof createGraph>, values: readonly number[]) =>
  concat(
    values.map((value) => reshape(graph.scalar(value), [1, 1])),
    1,
  );
const both = [
  [2, 3],
  [2, 3],
];

const examples: Record<string, Example> = {
  add: two(add, both),
  'add a row': two(add, [[2, 3], [3]]),
  'add a column': two(add, [
    [2, 3],
    [2, 1],
  ]),
  'add a scalar tensor': two(add, [[2, 3], []]),
  'add what both broadcast': two(add, [[2, 1], [3]]),
  'add a number': one((x) => add(2, add(x, 3))),
  sub: two(sub, both),
  'sub from a row': two(sub, [[3], [2, 3]]),
  mul: two(mul, both),
  'mul by a row': two(mul, [[2, 3], [3]]),
  'mul by a column': two(mul, [
    [2, 1],
    [2, 3],
  ]),
  'mul by a mask': { ...two(mul, both), fixed: [1] },
  div: two(div, both, away),
  'div by a column': two(
    div,
    [
      [2, 3],
      [2, 1],
    ],
    away,
  ),
  'div of a number': one((x) => div(1, x), away),
  neg: one(neg),
  square: one(square),
  expand: one((x) => expandTo(x, [4, 2, 3])),
  exp: one(exp),
  log: one(log, positive),
  sqrt: one(sqrt, positive),
  sigmoid: one(sigmoid),
  tanh: one(tanh),
  silu: one(silu),
  gelu: one(gelu),
  'sum of all': one((x) => sum(x)),
  'sum of rows': one((x) => sum(x, { axes: [-1] })),
  'sum of columns, kept': one((x) => sum(x, { axes: [0], keepAxes: true })),
  'mean of all': one((x) => mean(x)),
  'mean of columns': one((x) => mean(x, { axes: [0] })),
  'matmul A B': two(matmul, [
    [2, 3],
    [3, 4],
  ]),
  'matmul A Bᵀ': two(
    (a, b) => matmul(a, b, { transposeB: true }),
    [
      [2, 3],
      [4, 3],
    ],
  ),
  'matmul Aᵀ B': two(
    (a, b) => matmul(a, b, { transposeA: true }),
    [
      [3, 2],
      [3, 4],
    ],
  ),
  'matmul Aᵀ Bᵀ': two(
    (a, b) => matmul(a, b, { transposeA: true, transposeB: true }),
    [
      [3, 2],
      [4, 3],
    ],
  ),
  'matmul with bias': three((a, b, bias) => matmul(a, b, { bias }), [[2, 3], [3, 4], [4]]),
  'layer norm': three((x, scale, shift) => layerNorm(x, scale, shift, 0.1), [[3, 4], [4], [4]]),
  'log Σ e^x': one(logSumExp),
  'log softmax': one(logSoftmax),
  'softmax cross entropy': { ...two(softmaxCrossEntropy, both, positive), fixed: [1] },
  'slice of columns': one((x) => slice(x, 1, 1, 3)),
  'slice of rows': one((x) => slice(x, 0, 0, 1)),
  concat: two(
    (a, b) => concat([a, b, a], -1),
    [
      [2, 3],
      [2, 1],
    ],
  ),
  reshape: one((x) => reshape(x, [3, 2, 1])),
  'gather, a row twice': one((table) => gather(table, integers(table, [1, 0, 1]))),
  'pick, a place twice': one((x) => pick(x, integers(x, [5, 0, 5]))),
  'add at places': { ...two((x, values) => addAt(x, integers(x, [5, 0, 5]), values), [[2, 3], [3]]), fixed: [1] },
  'bag cross entropy, scores shifted': {
    shapes: [[2, 3], [4, 3], [4]],
    build: ([x, table, bias]) => {
      const vector = (values: readonly number[]) => reshape(row((x as Tensor).graph, values), [values.length]);
      return bagCrossEntropy(x as Tensor, table as Tensor, bias as Tensor, {
        places: integers(x as Tensor, [0, 2, 5, 0]),
        weights: vector([0.5, 1.5, 3, 0]),
        shares: vector([0.25, 0.75, 1, 0]),
        rowWeights: reshape(vector([2, 3]), [2, 1]),
        own: vector([0.3, -1, 2, 0]),
      });
    },
  },
  'linear cross entropy, smoothed, scores shifted': {
    shapes: [[2, 3], [4, 3], [4], [3], [2, 1]],
    build: ([x, table, bias, values, weights]) => {
      const at = (places: readonly number[]) => integers(x as Tensor, places);
      const targets = { places: at([3, 5]), weights: weights as Tensor, share: 0.9 };
      const shifts = [{ places: at([3, 5, 3]), values: values as Tensor }];
      return linearCrossEntropy(x as Tensor, table as Tensor, bias as Tensor, targets, shifts);
    },
    fixed: [4],
  },
  'unit rows': one(unitRows),
  'linear recurrence of three times': three(linearRecurrence, [
    [6, 2],
    [6, 2],
    [2, 2],
  ]),
  'gated recurrent unit of three times': {
    shapes: [
      [6, 6],
      [6, 1],
      [2, 2],
      [2, 6],
    ],
    build: (given) => gruRecurrence(...(given as [Tensor, Tensor, Tensor, Tensor])),
    fixed: [1],
  },
  'a tensor used three times': one((x) => mul(add(x, tanh(x)), x)),
  'a gated block': {
    shapes: [[2, 3], [3, 3], [3], [3, 3], [3], [3]],
    build: (given) => {
      const [x, gate, bias, update, scale, shift] = given as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];
      const open = sigmoid(matmul(x, gate, { bias }));
      const mixed = add(mul(sub(1, open), x), mul(open, gelu(matmul(x, update))));
      return layerNorm(add(x, mixed), scale, shift, 1e-3);
    },
  },
  'a sampled mixture': {
    shapes: [
      [2, 3],
      [2, 3],
      [2, 3],
    ],
    build: (given) => {
      const [mu, logVariance, noise] = given as [Tensor, Tensor, Tensor];
      const z = add(mu, mul(exp(mul(logVariance, 0.5)), noise));
      const parts = [square(z), square(sub(z, mu))].map((part) => reshape(mul(part, -0.5), [2, 3, 1]));
      return sum(logSumExp(concat(parts, -1)));
    },
    fixed: [2],
  },
};

describe('gradients agree with finite differences', () => {
  test.each(Object.entries(examples))('%s', (_, example) => checkGradients(example));
});

/** Runs a graph of constants in float32 and gives one output. */
const valueOf = async (build: (graph: ReturnType<typeof createGraph>) => Tensor): Promise<number[]> => {
  const graph = createGraph();
  const value = build(graph);
  const program = graph.program({ value });
  const out = new Float32Array(value.shape.reduce((a, b) => a * b, 1));
  const session = await openSession(program, { threads: 1 });
  await session.bind({ value: out })();
  await session.close();
  return [...out];
};

describe('values', () => {
  test('softmax of logits of 1000 does not overflow', async () => {
    const found = await valueOf((graph) => logSoftmax(row(graph, [1000, 1000, -1000])));
    [-Math.log(2), -Math.log(2), -2000 - Math.log(2)].forEach((value, at) => expect(found[at]).toBeCloseTo(value, 2));
  });

  test('cross entropy weighs targets: −2 log ½ where two of weight 1 share the row', async () => {
    const found = await valueOf((graph) => softmaxCrossEntropy(row(graph, [3, 3]), row(graph, [1, 1])));
    expect(found[0]).toBeCloseTo(2 * Math.log(2), 5);
  });

  test('the cross entropy of bags is the sum of the dense one over the scores', async () => {
    const found = await valueOf((graph) => {
      const [x, table, bias] = [
        row(graph, [1]),
        reshape(row(graph, [0.3, -1, 2, 0.5]), [4, 1]),
        row(graph, [0, 0, 1, 0]),
      ];
      const vector = (values: readonly number[]) => reshape(row(graph, values), [values.length]);
      const bags = bagCrossEntropy(x, table, reshape(bias, [4]), {
        places: integers(x, [3, 1, 0]),
        weights: vector([2, 0.5, 0]),
        shares: vector([0.8, 0.2, 0]),
        rowWeights: row(graph, [2.5]),
      });
      const dense = softmaxCrossEntropy(row(graph, [0.3, -1, 3, 0.5]), row(graph, [0, 0.5, 0, 2]));
      return concat([reshape(bags, [1, 1]), dense], 1);
    });
    expect(found[0]).toBeCloseTo(found[1] as number, 5);
  });

  test('gelu and silu as tabulated', async () => {
    const found = await valueOf((graph) => concat([gelu(row(graph, [1, -2])), silu(row(graph, [1, -2]))], 1));
    [0.8412, -0.0454, 0.7311, -0.2384].forEach((value, at) => expect(found[at]).toBeCloseTo(value, 4));
  });

  test('one-hot', async () => {
    const graph = createGraph();
    const program = graph.program({ hot: oneHot(graph.indices('at', [2]), 3) });
    const hot = new Float32Array(6);
    const session = await openSession(program, { threads: 1 });
    await session.bind({ at: Int32Array.of(2, 0), hot })();
    await session.close();
    expect([...hot]).toEqual([0, 0, 1, 1, 0, 0]);
  });
});

describe('what can not be meant', () => {
  const graph = createGraph();
  const a = graph.input('a', [2, 3]);
  const b = graph.input('b', [4, 5]);

  test('shapes that do not fit name themselves', () => {
    expect(() => add(a, b)).toThrow('[2, 3] and [4, 5]');
    expect(() => matmul(a, b)).toThrow('3 columns meet 4 rows');
    expect(() => concat([a, b], 0)).toThrow('along axis 0');
    expect(() => slice(a, 1, 2, 4)).toThrow('length 3');
    expect(() => sum(a, { axes: [2] })).toThrow('no axis 2');
    expect(() => softmaxCrossEntropy(a, b)).toThrow('targets [4, 5]');
  });

  test('a weight that the loss does not depend on is an error, no zero', () => {
    expect(() => gradientsOf(sum(a), [b])).toThrow('does not depend on b');
    expect(() => gradientsOf(a, [a])).toThrow('a loss is a scalar');
  });

  test('two tensors of one name', () => {
    expect(() => graph.input('a', [1])).toThrow('two tensors named a');
  });
});
