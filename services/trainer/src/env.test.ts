import { expect, test } from 'vitest';
import { readTrainingSettings, typesOf } from './data-set/settings.ts';
import { queueSettings, readEnv, scheduleSettings } from './env.ts';

const urls = {
  KAFKA_BROKERS: 'a:9092',
  CLICKHOUSE_URL: 'http://u:p@c:8123/nextcart',
  REDIS_URL: 'redis://r:6379',
  TRAINER_DATA_DIR: 'data',
  SCHEMA_REGISTRY_URL: 'http://s:8081',
};

test('times are given in seconds and minutes and used in the units of their names', () => {
  const env = readEnv({ ...urls, TRAINER_LOCK_S: '2.5', TRAINER_WARM_MINUTES: '0.5', TRAINER_BUDGET_MINUTES: '2' });
  expect(queueSettings(env)).toMatchObject({ lockMs: 2500, retryMs: 10_000, attempts: 3, limitMs: 3_600_000 });
  const day = 86_400_000;
  expect(scheduleSettings(env)).toMatchObject({
    ...{ warmEveryMs: 30_000, fullEveryMs: day, cleanUpEveryMs: day / 24, watchEveryMs: 10_000 },
    plan: { budget: { epochs: 8, seconds: 120 } },
  });
});

test.each(['TRAINER_BUDGET_MINUTES', 'TRAINER_JOB_MINUTES'])(
  '%s: a time that no timer can be set for is refused',
  (name) => {
    expect(readEnv({ ...urls, [name]: '35791' })).toMatchObject({ [name]: 35_791 });
    expect(35_791 * 60_000).toBeLessThan(2 ** 31);
    expect(() => readEnv({ ...urls, [name]: '35792' })).toThrow(name);
  },
);

test('the settings of this room are usable, and their types have the log’s order', () => {
  const settings = readTrainingSettings(readEnv(urls).TRAINER_SETTINGS_FILE);
  expect(typesOf(settings)).toEqual(['search', 'view', 'click', 'cart', 'purchase']);
});
