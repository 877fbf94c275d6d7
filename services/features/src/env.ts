import { clickhouseEnv, rankingSnapshotDefaults } from '@nextcart/clickhouse';
import { kafkaEnv, kafkaEnvRule } from '@nextcart/kafka';
import { type EnvSource, parseEnv, serviceEnv } from '@nextcart/runtime';
import { z } from 'zod';

const seconds = (fallback: number) => z.coerce.number().min(0.05).default(fallback);
const count = (fallback: number) => z.coerce.number().int().min(1).default(fallback);

const schema = z.object({
  ...serviceEnv,
  ...kafkaEnv,
  ...clickhouseEnv,
  /** how often each snapshot is made at most; less often where its making would cost more than its share (schedule.ts) */
  FEATURES_TRENDING_S: seconds(5),
  FEATURES_SESSIONS_S: seconds(10),
  FEATURES_COVISITS_S: seconds(30),
  FEATURES_COPURCHASES_S: seconds(30),
  FEATURES_CLEANING_S: seconds(60),
  /** share of one core that all snapshots together may take: the machine of two cores also runs broker, store and scorer */
  FEATURES_CORE_SHARE: z.coerce.number().min(0.001).max(1).default(0.05),
  /** what new snapshots may add in a day, before compression; kept for a week that is at most 14 GiB. A graph of 20,000 items has 8 MB */
  FEATURES_SNAPSHOT_GIB_PER_DAY: z.coerce.number().min(0.01).default(2),
  /** newest events that sessions and graphs are made from */
  FEATURES_SESSION_EVENTS: count(rankingSnapshotDefaults.sessionEvents),
  FEATURES_GRAPH_EVENTS: count(rankingSnapshotDefaults.graphEvents),
  /** a partition without a row for so long is idle: ten flushes of ingest (1 s each) */
  FEATURES_IDLE_AFTER_S: seconds(10),
  /** events an hour, in two hours of a day, that no person sustains: one every four seconds */
  FEATURES_ROBOT_EVENTS_PER_HOUR: count(900),
  /** snapshots that were last in force longer ago are dropped: the events' topic keeps 7 days, so none can be replayed from further back */
  FEATURES_KEEP_SNAPSHOTS_H: z.coerce.number().min(1).default(168),
});

export type FeaturesEnv = z.output<typeof schema>;

export const readEnv = (source: EnvSource = process.env): Readonly<FeaturesEnv> =>
  parseEnv(schema, source, [
    kafkaEnvRule,
    (env) =>
      env.FEATURES_SESSION_EVENTS > env.FEATURES_GRAPH_EVENTS
        ? 'FEATURES_SESSION_EVENTS is above FEATURES_GRAPH_EVENTS: co-visits would know less than the sessions do'
        : undefined,
  ]);

/** The variables as `createFeatures` wants them. */
export const settingsOf = (env: FeaturesEnv) => ({
  intervalsMs: {
    trending: env.FEATURES_TRENDING_S * 1000,
    sessions: env.FEATURES_SESSIONS_S * 1000,
    covisits: env.FEATURES_COVISITS_S * 1000,
    copurchases: env.FEATURES_COPURCHASES_S * 1000,
    cleaning: env.FEATURES_CLEANING_S * 1000,
  },
  coreShare: env.FEATURES_CORE_SHARE,
  bytesPerDay: env.FEATURES_SNAPSHOT_GIB_PER_DAY * 2 ** 30,
  sessionEvents: env.FEATURES_SESSION_EVENTS,
  graphEvents: env.FEATURES_GRAPH_EVENTS,
  idleAfterMs: env.FEATURES_IDLE_AFTER_S * 1000,
  robotEventsPerHour: env.FEATURES_ROBOT_EVENTS_PER_HOUR,
  keepSnapshotsMs: env.FEATURES_KEEP_SNAPSHOTS_H * 3_600_000,
});
