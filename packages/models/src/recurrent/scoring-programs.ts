/** The graphs of serving. Weights lie in them as constants: only then are a row's bits independent of its batch. */
import { createGraph, type Graph, type Program } from '../training/graph.ts';
import { matmul } from '../training/operators/matmul.ts';
import { gatherSum } from '../training/sparse-layer.ts';
import { createBagWriter } from './bags.ts';
import { askFor, repeatBonus, runNetwork } from './network.ts';
import { BIAS, denseShapes, type RecurrentModel, TABLE } from './shape.ts';
import { nextStateName, stateName } from './step-program.ts';

/** Graph of one event for each of `batch` states. */
export const advanceProgram = (model: RecurrentModel, batch: number): Program => {
  const { shape } = model;
  const graph = createGraph();
  const { width, blocks } = shape;
  const { outputs, states } = runNetwork(
    {
      events: graph.input('events', [batch, width]),
      keep: ones(graph, batch),
      states: Array.from({ length: blocks }, (_, block) => graph.input(stateName(block), [batch, width])),
    },
    denseConstants(graph, model),
    shape,
  );
  return graph.program({
    outputs,
    ...Object.fromEntries(states.map((state, block) => [nextStateName(block), state])),
  });
};

/** Weights that every event passes through, as constants. */
export const denseConstants = (graph: Graph, { shape, weights }: RecurrentModel) =>
  Object.fromEntries(
    Object.entries(denseShapes(shape)).map(
      ([name, dimensions]) => [name, graph.constant(name, weights[name] as Float32Array, dimensions)] as const,
    ),
  );

const ones = (graph: Graph, rows: number) => graph.constant('keep', new Float32Array(rows).fill(1), [rows, 1]);

/** Graph from outputs [batch, width] and the asked type's row of the cross to the scores of all items, and the bonus of the last. */
export const scoreProgram = (model: RecurrentModel, batch: number): Program => {
  const { shape, weights } = model;
  const vectors = itemVectors(model);
  if (shape.scale > 0) makeUnit(vectors, shape.width);
  const graph = createGraph();
  const { width, items, types } = shape;
  const outputs = graph.input('outputs', [batch, width]);
  const cross = types > 0 ? graph.input('cross', [1, width]) : undefined;
  const rows = graph.constant('vectors', vectors, [items, width]);
  const bias = graph.constant('bias', weights[BIAS] as Float32Array, [items]);
  const asked = askFor(outputs, cross, shape);
  const repeats = repeatBonus(asked, denseConstants(graph, model), shape);
  return graph.program({ scores: matmul(asked, rows, { transposeB: true, bias }), ...(repeats && { repeats }) });
};

/** Rows of items with those of their features, [items, width]. */
export const itemVectors = ({ shape, weights, itemFeatures }: RecurrentModel): Float32Array => {
  if (itemFeatures === undefined) return (weights[TABLE] as Float32Array).slice(0, shape.items * shape.width);
  const { items, width } = shape;
  const writer = createBagWriter(items, itemFeatures);
  const vectors = new Float32Array(items * width);
  for (let start = 0; start < items; start += AT_ONCE) {
    const end = Math.min(items, start + AT_ONCE);
    writer.clear();
    for (let item = start; item < end; item += 1) writer.addItem(item);
    gatherSum(weights[TABLE] as Float32Array, width, writer.bags(), vectors.subarray(start * width, end * width));
  }
  return vectors;
};
/** Items whose bags are written and read while they are in the caches. */
const AT_ONCE = 256;

/** Divides each row by its length; one of zeros stays. */
export const makeUnit = (vectors: Float32Array, width: number): void => {
  for (let start = 0; start < vectors.length; start += width) {
    const row = vectors.subarray(start, start + width);
    const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    if (length > 0) row.forEach((value, at) => void (row[at] = value / length));
  }
};
