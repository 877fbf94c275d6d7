import type { EventType, ItemGraph, ItemIndex, ListSource } from '@nextcart/contracts';
import { cosineWeights } from '@nextcart/models';
import { byEventType } from '../attention.ts';
import { type ScoringPart, type ScoringRequest, withoutByDifference } from '../scoring.ts';

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

  const contribute = (request: ScoringRequest, event: number, scale: number, take: (i: number, v: number) => void) => {
    const { items, types, weights: attention } = request.attention;
    const item = items[event] as number;
    const row = item < 0 ? -1 : (rowOf[item] ?? -1);
    const weight = ((attention[event] as number) * (byType[types[event] as number] as number)) / scale;
    if (row === -1 || weight <= 0) return;
    const start = rowStart[row] as number;
    const end = Math.min(rowStart[row + 1] as number, start + deps.columns);
    for (let at = start; at < end; at += 1) take(columns[at] as number, weight * (weights[at] as number));
  };

  return {
    source: deps.source,
    dense: false,
    score: (requests, sheets) => {
      requests.forEach((request, b) => {
        const sheet = sheets[b];
        if (sheet === undefined) return;
        const { length, total } = request.attention;
        for (let event = 0; event < length; event += 1) contribute(request, event, total, sheet.add);
      });
    },
    without: (request, candidates, scores, events, out) => {
      const { total, weights: attention } = request.attention;
      withoutByDifference(
        scores,
        candidates,
        events,
        total,
        (event) => attention[event] as number,
        (event, take) => contribute(request, event, 1, take),
        out,
      );
    },
  };
};
