/** Names of the ClickHouse tables that more than one room speaks of. Their SQL is in packages/clickhouse. */
export const tables = {
  /** one row per record of behaviour-events.v1, ordered by position */
  events: 'events',
  /** the kept rows ordered by subject, narrow: what the fold reads */
  subjectEvents: 'subject_events',
  /** one row per record of catalog.v1 */
  catalog: 'catalog',
  /** one row per record of recommendations.v1 */
  lists: 'lists',
  /** immutable, by content hash */
  snapshots: 'snapshots',
  /** one row for each cycle of training that came to a decision */
  modelRuns: 'model_runs',
  /** where releases took force */
  modelActivations: 'model_activations',
  /** jobs of the trainers that came to no end, with their reason */
  failedJobs: 'failed_jobs',
  /** what people want by a release: a row a need, a subject, a segment */
  needs: 'needs',
  subjectNeeds: 'subject_needs',
  segments: 'segments',
  /** how people behave by a release: a row a figure, a pair of figures */
  behaviourDistributions: 'behaviour_distributions',
  behaviourCorrelations: 'behaviour_correlations',
} as const;
