/**
 * Items that are scored together: a score is the product of a query and an item's vector. A bias is one more number of
 * each vector, where each query has a 1.
 */
export interface Catalogue {
  /** [items, width]. */
  readonly vectors: Float32Array;
  readonly width: number;
}
