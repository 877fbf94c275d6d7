import { NO_ITEM, type SparseRows } from '@nextcart/models';
import type { DataSet } from './data-set.ts';
import { type TrainingSettings, typesOf } from './settings.ts';

/**
 * [events, features]: those of the query, `ofQuery` [queries, features], where an event is a search; serving does not know
 * what else tells of one.
 */
export const searchTokens = (
  { queries, items, types }: DataSet,
  settings: TrainingSettings,
  ofQuery: SparseRows,
): SparseRows => {
  const search = typesOf(settings).indexOf('search');
  const rowStart = new Int32Array(queries.length + 1);
  const range = (event: number): readonly [number, number] => {
    const query = queries[event] as number;
    // an event with an item is that item to the model
    if (query === NO_ITEM || types[event] !== search || items[event] !== NO_ITEM) return [0, 0];
    return [ofQuery.rowStart[query] as number, ofQuery.rowStart[query + 1] as number];
  };
  for (let event = 0; event < queries.length; event += 1) {
    const [start, end] = range(event);
    rowStart[event + 1] = (rowStart[event] as number) + end - start;
  }
  const entries = rowStart[queries.length] as number;
  const [columns, weights] = [new Int32Array(entries), new Float32Array(entries)];
  for (let event = 0; event < queries.length; event += 1) {
    const [start, end] = range(event);
    columns.set(ofQuery.columns.subarray(start, end), rowStart[event]);
    weights.set(ofQuery.weights.subarray(start, end), rowStart[event]);
  }
  return { rowStart, columns, weights };
};
