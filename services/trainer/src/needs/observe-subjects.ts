/** Subjects as the release's autoencoder sees them, some at a time: of their folds nothing is kept but latents and columns. */
import { type ActiveSubject, readItemTexts, type Store } from '@nextcart/clickhouse';
import type { LogSlice } from '@nextcart/contracts';
import {
  type Artifact,
  type Autoencoder,
  type ColumnGroup,
  createAutoencoderScorer,
  type SparseRows,
  type Table,
} from '@nextcart/models';
import { createNamingColumns } from './naming-columns.ts';
import { readHistories } from './read-histories.ts';
import type { ServingBags } from './serving-bags.ts';

const BATCH = 100;

export interface Observed {
  /** Those with an item, or a search, that the release reads. */
  readonly subjects: readonly string[];
  /** [subjects, latent]. */
  readonly latents: Table;
  /** [subjects, columns], and what the columns are. */
  readonly columns: SparseRows;
  readonly groups: readonly ColumnGroup[];
  /** By column: columns of items are their numbers. */
  readonly itemIds: readonly string[];
}

export const observeSubjects = async (
  store: Store,
  request: {
    readonly log: { readonly topicId: string; readonly ranges: readonly LogSlice[] };
    readonly artifact: Artifact;
    readonly autoencoder: Autoencoder;
    readonly bags: ServingBags;
    readonly subjects: readonly ActiveSubject[];
    readonly threads: number;
    readonly signal: AbortSignal;
  },
  onSeen: (subjects: number) => void,
): Promise<Observed> => {
  const { log, artifact, autoencoder, bags, threads, signal } = request;
  const width = autoencoder.shape.latent;
  const naming = createNamingColumns(artifact.items, await readItemTexts(store, artifact.items));
  const subjects: string[] = [];
  const values = new Float32Array(request.subjects.length * width);
  const scorer = await createAutoencoderScorer(autoencoder, { batch: BATCH, threads });
  try {
    let seen = 0;
    for await (const histories of readHistories(store, log, request.subjects, artifact.items)) {
      signal.throwIfAborted();
      const { rowStart, columns, weights } = bags.of(histories);
      const known = [...histories.keys()].filter((row) => (rowStart[row] as number) < (rowStart[row + 1] as number));
      for (let start = 0; start < known.length; start += BATCH) {
        const rows = Int32Array.from(known.slice(start, start + BATCH));
        const { mu } = await scorer.score({ rowStart, columns, weights }, rows);
        values.set(mu.subarray(0, rows.length * width), (subjects.length + start) * width);
      }
      for (const row of known)
        naming.add(
          histories[row] as (typeof histories)[number],
          columns.subarray(rowStart[row], rowStart[row + 1]).filter((column) => column < artifact.items.length),
        );
      for (const row of known) subjects.push((histories[row] as (typeof histories)[number]).subject);
      seen += histories.length;
      onSeen(seen);
    }
  } finally {
    await scorer.close();
  }
  const { rows, groups } = naming.end();
  return {
    ...{ subjects, latents: { values: values.slice(0, subjects.length * width), width } },
    ...{ columns: rows, groups, itemIds: artifact.items },
  };
};
