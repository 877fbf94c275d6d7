import type { Store } from './store.ts';

/** Table `list_counts`: sql/132_list_counts.sql. Lists of one kind since the scorer's last row. */
export interface ListCounts {
  /** `subject`, `item` or `strangers`. */
  readonly kind: string;
  readonly published: number;
  /** Ranked, found to be what stands in the log, and not published. */
  readonly unchanged: number;
}

/** `now`: wall clock, epoch ms. */
export const insertListCounts = (store: Store, now: number, counts: readonly ListCounts[]): Promise<void> =>
  store.insertRows(
    'list_counts',
    counts.map((row) => ({ at: (now / 1000).toFixed(3), ...row })),
  );
