import type { Metrics } from '@nextcart/runtime';

const SECONDS = [0.001, 0.002, 0.005, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30];

/** What the scorer tells the person on call; names begin with `nextcart_scorer_`. */
export const createScorerMetrics = (metrics: Metrics) => {
  const stages = metrics.histogram(
    'stage_seconds',
    'time of a triggered list by stage: broker (appended to received), fold, score (waiting included), publish (to the answer), total (appended to answered)',
    SECONDS,
    'stage',
  );
  return {
    broker: stages.of('broker'),
    fold: stages.of('fold'),
    score: stages.of('score'),
    publish: stages.of('publish'),
    total: stages.of('total'),
    unchanged: metrics.histogram(
      'unchanged_seconds',
      'from the broker having an event to the stamp that its list stays as it is',
      SECONDS,
    ),
    events: metrics.counter('events_total', 'kept events that were folded'),
    published: metrics.counter('published_total', 'lists handed to the broker and acknowledged', ['kind']),
    suppressed: metrics.counter('suppressed_total', 'lists that were ranked and had not changed', ['kind']),
    tombstones: metrics.counter('tombstones_total', 'lists that were forgotten'),
    histories: metrics.counter('histories_total', 'merged histories written for visitors who signed in'),
    stale: metrics.counter('stale_lists_total', 'older lists seen in the log after newer ones, replaced'),
    failed: metrics.counter('failed_total', 'lists that could not be made; the log says why', ['step']),
    hurried: metrics.counter(
      'hurried_total',
      'lists made without models because too many waited; they are made again when nothing waits',
    ),
    owed: metrics.gauge('owed_lists', 'lists without models that are to be made again with them'),
    coldLoads: metrics.counter('cold_loads_total', 'subjects that were read from the store'),
    coldSeconds: metrics.histogram('cold_query_seconds', 'time of a query for cold subjects, waits included', SECONDS),
    batch: metrics.histogram('batch_subjects', 'subjects ranked in one call', [1, 2, 4, 8, 16, 32]),
    states: metrics.gauge('states', 'subjects in memory'),
    evicted: metrics.gauge('evicted', 'subjects that left memory since the start'),
    waiting: metrics.gauge('waiting_subjects', 'subjects whose list is to be made'),
    lag: metrics.gauge('lag_events', 'events not folded yet, by partition; -1 where the broker does not say', [
      'partition',
    ]),
    releaseAge: metrics.gauge(
      'release_age_seconds',
      'since the release that lists are made by was released; -1 where none serves',
    ),
    releaseRefused: metrics.gauge(
      'release_refused',
      '1 while the release in force can not be loaded and lists are made by another; /health/ready says why',
    ),
  };
};
export type ScorerMetrics = ReturnType<typeof createScorerMetrics>;
