import { createStore } from '@nextcart/clickhouse';
import { createLogger, systemClock } from '@nextcart/runtime';
import { expect, inject, onTestFinished, test } from 'vitest';
import { clickhouseVersion } from './machine.ts';

test('the ClickHouse that a bench measures says its version itself', async () => {
  const store = createStore({
    url: inject('urls').clickhouseUrl,
    log: createLogger('test', 'error'),
    clock: systemClock,
  });
  onTestFinished(() => store.close());
  expect(await clickhouseVersion(store)).toMatch(/^\d+\.\d+\.\d+/);
});
