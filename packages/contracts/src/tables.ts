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
} as const;
