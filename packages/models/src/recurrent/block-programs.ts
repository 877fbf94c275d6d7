/**
 * The network with a linear recurrence, cut where a state is needed: what an event does to a state, and what is made of the
 * state that it leaves, no event waits for another in. So rows are of any events, of any subjects, in any order, as many
 * as there are; the recurrence between two cuts is a sum of two products for each number. Weights are constants: a row's
 * bits do not depend on the rows beside it.
 */
import { createGraph, type Graph, type Program, type Tensor } from '../training/graph.ts';
import { mul, sub } from '../training/operators/arithmetic.ts';
import { enterNetwork, leaveBlock, linearGates, type WeightTensors } from './network.ts';
import { denseConstants } from './scoring-programs.ts';
import type { RecurrentModel } from './shape.ts';

/**
 * One program more than there are blocks, for up to `rows` rows. Before block k: from events [rows, width] at the first,
 * then from `e` and `h` of the block before, to `entered`, this block's e, with `decay` and `input`, of
 * h_t = decay · h_{t−1} + input. Behind the last block: `outputs`.
 */
export const blockPrograms = (model: RecurrentModel, rows: number): Program[] =>
  Array.from({ length: model.shape.blocks + 1 }, (_, block) => {
    const graph = createGraph();
    const weights = denseConstants(graph, model);
    const e = comingTo(block, graph, weights, [rows, model.shape.width]);
    return graph.program(block === model.shape.blocks ? { outputs: e } : enteredWith(e, block, weights), rows);
  });

const comingTo = (block: number, graph: Graph, weights: WeightTensors, shape: readonly [number, number]): Tensor =>
  block === 0
    ? enterNetwork(graph.input('events', shape), weights)
    : leaveBlock(graph.input('e', shape), graph.input('h', shape), block - 1, weights);

const enteredWith = (e: Tensor, block: number, weights: WeightTensors) => {
  const { update, candidate } = linearGates(e, block, weights);
  return { entered: e, decay: sub(1, update), input: mul(update, candidate) };
};
