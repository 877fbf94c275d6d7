import { tables } from '@nextcart/contracts';
import type { Store } from './store.ts';

/** Table `model_activations`: sql/141_model_activations.sql. */
export interface ModelActivation {
  readonly release: string;
  readonly partition: number;
  /** First offset that was ranked with it. */
  readonly fromOffset: number;
  /** Epoch ms by the wall clock. */
  readonly at: number;
  /** Who ranks the partition. */
  readonly scorer: string;
}

export const insertModelActivations = (store: Store, activations: readonly ModelActivation[]): Promise<void> =>
  store.insertRows(
    tables.modelActivations,
    activations.map(({ at, fromOffset, ...same }) => ({
      ...same,
      ...{ at: (at / 1000).toFixed(3), from_offset: fromOffset },
    })),
  );

/** Newest first; of one release where it is named. */
export const readModelActivations = (
  store: Store,
  { release, limit }: { readonly release?: string; readonly limit: number },
): Promise<ModelActivation[]> =>
  store.query<ModelActivation>(
    // the aliases must not hide the columns that rows are sorted by
    `SELECT release, partition, from_offset AS fromOffset, toUnixTimestamp64Milli(a.at) AS at, scorer
     FROM ${tables.modelActivations} AS a FINAL ${release === undefined ? '' : 'WHERE release = {release:String}'}
     ORDER BY a.at DESC, release, partition, from_offset LIMIT {limit:UInt32}`,
    { release, limit },
  );
