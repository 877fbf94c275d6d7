import { type ItemIndex, type ListSource, listSources, type SnapshotPayloads } from '@nextcart/contracts';
import type { CatalogFeatures } from './catalog-features.ts';
import { type RankingConfiguration, withChanges } from './configuration.ts';
import { createParts } from './parts/create-parts.ts';
import { createRanker, type Ranker } from './ranker.ts';
import type { ScoringPart } from './scoring.ts';

/** Snapshots that ranking reads, and the part that each of them feeds. */
export const sourceOfKind = {
  trending: 'trending',
  covisits: 'covisit',
  copurchases: 'copurchase',
  sessions: 'neighbours',
} as const satisfies Partial<Record<keyof SnapshotPayloads, ListSource>>;
export type RankedKind = keyof typeof sourceOfKind;
export const rankedKinds = Object.keys(sourceOfKind) as RankedKind[];

export type Parts = ReadonlyMap<ListSource, ScoringPart>;

/**
 * Rankers put together part by part, because a snapshot's tables are megabytes and the others' stay as they are. Scorer
 * and replay both use it: the same snapshots and weights make the same ranker, whatever came first.
 */
export const createAssembly = (deps: {
  readonly index: ItemIndex;
  readonly features: CatalogFeatures;
  readonly configuration: RankingConfiguration;
}) => {
  return {
    /** The parts that need no snapshot. */
    plain: (): Map<ListSource, ScoringPart> =>
      new Map(createParts({ ...deps, snapshots: {} }).map((part) => [part.source, part])),
    /** The part that one snapshot feeds. */
    part: <K extends RankedKind>(kind: K, payload: SnapshotPayloads[K]): ScoringPart => {
      const source = sourceOfKind[kind];
      return createParts({ ...deps, snapshots: { [kind]: payload } }).find(
        (part) => part.source === source,
      ) as ScoringPart;
    },
    /** `modelWeights`: of a release, for lists that its models have a word in. `changes`: as a list names them. */
    ranker: (parts: Parts, modelWeights?: RankingConfiguration['weights'], changes?: string): Ranker =>
      createRanker({
        ...deps,
        configuration: withChanges(deps.configuration, changes),
        parts: listSources.map((source) => parts.get(source)).filter((part) => part !== undefined),
        modelWeights,
      }),
  };
};
