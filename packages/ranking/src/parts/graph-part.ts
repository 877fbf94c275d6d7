import type { EventType, ItemGraph, ItemIndex, ListSource } from '@nextcart/contracts';
import { cosineWeights } from '@nextcart/models';
import { byEventType } from '../attention.ts';
import type { ScoringPart } from '../scoring.ts';
import { createAdditivePart } from './additive-part.ts';

/**
 * What goes with what the subject did: the mean, weighted by attention, of the graph's rows of its items. Additive in
 * events. Serves co-visits and co-purchases, which differ in the graph and in which types of event they listen to.
 */
export const createGraphPart = (deps: {
  source: ListSource;
  graph: ItemGraph;
  index: ItemIndex;
  byType: Readonly<Partial<Record<EventType, number>>>;
  damping: number;
  /** Columns of a row that are read, heaviest first. */
  columns: number;
}): ScoringPart => {
  const { graph, index } = deps;
  const weights = cosineWeights(graph, deps.damping);
  const byType = byEventType(deps.byType);
  const toIndex = Int32Array.from(graph.items, (id) => index.add(id));
  const columns = graph.columns.map((position) => toIndex[position] as number);
  const rowOf = new Int32Array(index.size).fill(-1);
  toIndex.forEach((item, row) => void (rowOf[item] = row));
  const { rowStart } = graph;

  return createAdditivePart({
    source: deps.source,
    total: (request) => request.attention.total,
    weightOf: (request, event) => request.attention.weights[event] as number,
    read: ({ attention }, event, out) => {
      const item = attention.items[event] as number;
      const row = item >= 0 && item < rowOf.length ? (rowOf[item] as number) : -1;
      if (row === -1) return 0;
      out.items = columns;
      out.values = weights;
      out.start = rowStart[row] as number;
      out.end = Math.min(rowStart[row + 1] as number, out.start + deps.columns);
      return (attention.weights[event] as number) * (byType[attention.types[event] as number] as number);
    },
  });
};
