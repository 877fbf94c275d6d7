import { expect, test } from 'vitest';
import { readEnv, settingsOf } from './env.ts';

const urls = { KAFKA_BROKERS: 'a:9092', CLICKHOUSE_URL: 'http://u:p@c:8123/nextcart' };

test('intervals are given in seconds and used in milliseconds', () => {
  const settings = settingsOf(readEnv({ ...urls, FEATURES_TRENDING_S: '0.5', FEATURES_KEEP_SNAPSHOTS_H: '2' }));
  expect(settings.intervalsMs).toMatchObject({ trending: 500, sessions: 10_000 });
  expect(settings.keepSnapshotsMs).toBe(7_200_000);
});

test('what would be lost by numbers that contradict each other is said', () => {
  const source = { ...urls, FEATURES_SESSION_EVENTS: '500000' };
  expect(() => readEnv(source)).toThrow(/co-visits would know less than the sessions do/);
});
