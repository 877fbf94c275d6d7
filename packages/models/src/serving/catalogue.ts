/** Items that are scored together. */
export interface Catalogue {
  /** [items, width]. */
  readonly vectors: Float32Array;
  readonly width: number;
  /** [items], added to scores; absent: nothing. */
  readonly bias?: Float32Array;
}
