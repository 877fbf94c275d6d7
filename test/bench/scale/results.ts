/** What the processes of `scale` tell their parent. */
export interface FoldResult {
  readonly microsPerEvent: number;
  /** Growth of what is alive after a full collection, heap and typed arrays, by user; with four events each. */
  readonly bytesPerUser: number;
  readonly residentBytes: number;
}

export interface RankResult {
  /** By list of 50, ranked in batches of 8 with its reasons. */
  readonly microsPerList: number;
  readonly residentBytes: number;
}

export type ScaleMessage<R> = { readonly done: number; readonly total: number } | { readonly result: R };
