import type { ItemFacts, SubjectEvents } from './subject-events.ts';

/** The groups of the design's table, and of the ablation. */
export const featureGroups = ['time', 'behaviour', 'content', 'search', 'item', 'amount'] as const;
export type FeatureGroup = (typeof featureGroups)[number];

/** Who reads a feature. */
export type FeatureReader = 'recurrent model' | 'autoencoder' | 'content' | 'ranking';

/**
 * Something known of an event at its own time. Invariants: the value at place k is a function of events 0 … k, so that
 * cutting the history after k changes nothing; every value, also "not known", is a bucket of its own.
 */
export interface EventFeature {
  readonly name: string;
  readonly group: FeatureGroup;
  /** In words: of what, by which clock. */
  readonly definition: string;
  /** What stands where nothing is known. */
  readonly missing: string;
  readonly readers: readonly FeatureReader[];
  readonly buckets: number;
  /** 0 … buckets − 1. */
  of(events: SubjectEvents, k: number, facts: ItemFacts): number;
}
