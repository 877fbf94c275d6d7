import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createArtifacts } from '@nextcart/artifacts';
import { openReplay, renderDifference } from '@nextcart/cli';
import { createStore } from '@nextcart/clickhouse';
import { createKafka, createRegistryClient } from '@nextcart/kafka';
import { systemClock as clock, countBuffersAsHeap, createLogger } from '@nextcart/runtime';
import type { VerifyMessage } from './messages.ts';
import type { VerifyPlan } from './plan.ts';

/** Makes every published list again in a process of its own, as `nextcart replay --verify --all` does. */
countBuffersAsHeap();
const plan = JSON.parse(process.argv[2] ?? '') as VerifyPlan;
const { batch, threads } = plan;
const log = createLogger('verify', 'error');
const kafka = createKafka({ connection: { brokers: plan.brokers.split(','), clientId: 'verify' }, log, clock });
const store = createStore({ url: plan.clickhouseUrl, log, clock });
const registry = createRegistryClient({ url: plan.registryUrl, log, clock });
const artifacts = createArtifacts({ fetchedDir: join(tmpdir(), 'nextcart-verify') });
const tell = (message: VerifyMessage) => void process.send?.(message);

const started = clock.monotonic();
const replay = await openReplay({ kafka, store, registry, artifacts, batch, threads });
const report = await replay.verify({
  range: {},
  onDifference: (difference) => {
    tell({ kind: 'difference', lines: renderDifference(difference) });
    return true;
  },
  onTotal: (lists) => tell({ kind: 'total', lists }),
  onProgress: (lists) => tell({ kind: 'done', lists }),
});
tell({ kind: 'report', report, seconds: (clock.monotonic() - started) / 1000 });
await replay.close();
await kafka.close();
await store.close();
process.disconnect();
