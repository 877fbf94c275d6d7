import { type Store, snapshotByHash } from '@nextcart/clickhouse';
import type { ItemIndex, SnapshotPayloads } from '@nextcart/contracts';
import {
  type CatalogFeatures,
  CHANGES_KIND,
  createAssembly,
  type RankedKind,
  type Ranker,
  type RankingConfiguration,
  rankedKinds,
  type ScoringPart,
} from '@nextcart/ranking';
import { createKept } from './kept.ts';
import { Skipped } from './skipped.ts';

/** Rankers by what lists name: snapshots by their hashes, weights by their release. */
export interface Rankers {
  /** Throws `Skipped` where a snapshot is no longer there. */
  of(
    snapshots: Readonly<Record<string, string>>,
    weights: RankingConfiguration['weights'] | undefined,
  ): Promise<Ranker>;
}

/** Tables of two snapshots of each kind: lists in the order of their publication use one after the other. */
const KEPT_PARTS = 8;
const KEPT_RANKERS = 4;

const isRanked = (kind: string): kind is RankedKind => (rankedKinds as string[]).includes(kind);

export const createRankers = (deps: {
  readonly store: Store;
  readonly index: ItemIndex;
  readonly features: CatalogFeatures;
  readonly configuration: RankingConfiguration;
}): Rankers => {
  const assembly = createAssembly(deps);
  const parts = createKept<ScoringPart>(KEPT_PARTS);
  const rankers = createKept<Ranker>(KEPT_RANKERS);

  const partOf = async (kind: RankedKind, hash: string): Promise<ScoringPart> => {
    const snapshot = await snapshotByHash(deps.store, hash);
    if (snapshot === null) throw new Skipped(`a snapshot of ${kind} is no longer kept`);
    return assembly.part(kind, snapshot.payload as SnapshotPayloads[typeof kind]);
  };
  return {
    of: (snapshots, weights) =>
      rankers.get(JSON.stringify([snapshots, weights]), async () => {
        const named = assembly.plain();
        const { [CHANGES_KIND]: changes, ...hashes } = snapshots;
        for (const [kind, hash] of Object.entries(hashes)) {
          if (!isRanked(kind)) throw new Skipped(`this version knows no snapshots of ${kind}`);
          const part = await parts.get(`${kind} ${hash}`, () => partOf(kind, hash));
          named.set(part.source, part);
        }
        return assembly.ranker(named, weights, changes);
      }),
  };
};
