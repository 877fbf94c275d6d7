import type { SparseRows } from '@nextcart/models';

/** A search is read for each later event of its subject that has it among its newest. */
const KEPT_QUERIES = 10_000;

/** Columns of a search, read once: `read` makes a row of a query. */
export const createSearchTokens = (read: (query: string) => SparseRows): ((query: string) => SparseRows) => {
  const kept = new Map<string, SparseRows>();
  return (query) => {
    const known = kept.get(query);
    if (known !== undefined) return known;
    if (kept.size >= KEPT_QUERIES) kept.clear();
    const found = read(query);
    kept.set(query, found);
    return found;
  };
};
