/**
 * The recurrent model for runtimes that have nothing else: one program takes an event into states, one scores states. What
 * the scorer gathers outside of its graphs is gathered in these.
 */
import { askFor, comparable, repeatBonus, runNetwork } from '../recurrent/network.ts';
import { itemVectors } from '../recurrent/scoring-programs.ts';
import { BIAS, CONTEXT, CROSS, denseShapes, type RecurrentModel, TABLE } from '../recurrent/shape.ts';
import { nextStateName, stateName } from '../recurrent/step-program.ts';
import { createGraph, type Graph, type Tensor } from '../training/graph.ts';
import { add, mul } from '../training/operators/arithmetic.ts';
import { concat, gather, slice } from '../training/operators/indexing.ts';
import { matmul } from '../training/operators/matmul.ts';
import type { StandaloneProgram } from './standalone-program.ts';

/** Buckets of an event, in the order of the context table's rows. */
const CONTEXTS = [
  { size: 'types', input: 'type', meaning: 'kind of event, by its place in the feature specification' },
  { size: 'gaps', input: 'gap', meaning: 'bucket of the time since the event before' },
  { size: 'hours', input: 'hour', meaning: 'bucket of the hour' },
  { size: 'weekdays', input: 'weekday', meaning: 'day of the week, 0 is Monday' },
] as const;

export const advanceEvents = (model: RecurrentModel, batch: number): StandaloneProgram => {
  const { shape } = model;
  const { width, blocks } = shape;
  const graph = createGraph();
  const states = Array.from({ length: blocks }, (_, block) => graph.input(stateName(block), [batch, width]));
  const keep = graph.constant('keep', new Float32Array(batch).fill(1), [batch, 1]);
  const events = eventVectors(graph, model, batch);
  const found = runNetwork({ events, keep, states }, denseConstants(graph, model), shape);
  const named = (nameOf: (block: number) => string, meaning: string) =>
    Object.fromEntries(states.map((_, block) => [nameOf(block), `${meaning} of block ${block}`]));
  return {
    ...graph.program({
      outputs: found.outputs,
      ...Object.fromEntries(found.states.map((state, block) => [nextStateName(block), state])),
    }),
    meanings: {
      item: 'number of the item in items.json, −1 for a search or an unknown item',
      tokens: 'weights of the hashed columns of a search or an unknown item; looked at where item is −1 only',
      ...Object.fromEntries(CONTEXTS.map(({ input, meaning }) => [input, meaning])),
      ...named(stateName, 'state before the event, zeros before the first,'),
      ...named(nextStateName, 'state after the event'),
      outputs: 'what score.onnx wants',
    },
  };
};

export const scoreStates = (model: RecurrentModel, batch: number): StandaloneProgram => {
  const { shape, weights } = model;
  const { width, items, types, lags } = shape;
  const graph = createGraph();
  const outputs = graph.input('outputs', [batch, width]);
  const cross =
    types > 0
      ? gather(graph.constant(CROSS, weights[CROSS] as Float32Array, [types, width]), graph.indices('type', [batch]))
      : undefined;
  const asked = askFor(outputs, cross, shape);
  const rows = comparable(graph.constant('vectors', itemVectors(model), [items, width]), shape);
  const bias = graph.constant(BIAS, weights[BIAS] as Float32Array, [items]);
  const scores = matmul(asked, rows, { transposeB: true, bias });
  const bonus = repeatBonus(asked, denseConstants(graph, model), shape);
  return {
    ...graph.program({ scores: bonus ? withBonus(scores, bonus, graph.indices('recent', [batch, lags])) : scores }),
    meanings: {
      outputs: 'of advance.onnx after the last event, zeros before the first',
      type: 'kind of event that is asked for',
      recent: 'the last items, newest first, each as its number + 1; 0 where there are fewer',
      scores: 'of items, by their numbers in items.json; softmax(scores / temperature) are chances',
    },
  };
};

const denseConstants = (graph: Graph, { shape, weights }: RecurrentModel) =>
  Object.fromEntries(
    Object.entries(denseShapes(shape)).map(
      ([name, dimensions]) => [name, graph.constant(name, weights[name] as Float32Array, dimensions)] as const,
    ),
  );

/** Scores [batch, items] with each of the last items' bonus [batch, lags] added to it. */
const withBonus = (scores: Tensor, bonus: Tensor, recent: Tensor): Tensor => {
  const { graph, shape } = scores;
  const [batch, items] = shape as [number, number];
  // column 0 takes the bonus of items that are not there
  const wide = concat([graph.constant('nobody', new Float32Array(batch), [batch, 1]), scores], 1);
  const added = graph.node('ScatterElements', {
    inputs: [wide, recent, bonus],
    shape: wide.shape,
    attributes: { axis: 1, reduction: 'add' },
  });
  return slice(added, 1, 1, items + 1);
};

/** What events are, [batch, width]: an item with its features or a search's tokens, and the context. */
const eventVectors = (graph: Graph, model: RecurrentModel, batch: number): Tensor => {
  const { shape, weights } = model;
  const { items, features, width } = shape;
  const item = graph.indices('item', [batch]);
  // the last row is that of −1, no item: ONNX counts negative indices from the end
  const known = new Float32Array((items + 1) * width);
  known.set(itemVectors(model));
  let events = gather(graph.constant('known', known, [items + 1, width]), item);
  if (features > 0) {
    const isNone = new Float32Array(items + 1);
    isNone[items] = 1;
    const table = (weights[TABLE] as Float32Array).subarray(items * width);
    const words = matmul(
      graph.input('tokens', [batch, features]),
      graph.constant('features', table, [features, width]),
    );
    events = add(events, mul(words, gather(graph.constant('isNone', isNone, [items + 1, 1]), item)));
  }
  let row = 0;
  for (const { size, input } of CONTEXTS) {
    const count = shape[size] ?? 0;
    if (count === 0) continue;
    const table = (weights[CONTEXT] as Float32Array).subarray(row * width, (row + count) * width);
    events = add(events, gather(graph.constant(size, table, [count, width]), graph.indices(input, [batch])));
    row += count;
  }
  return events;
};
