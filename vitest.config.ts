import { defineConfig } from 'vitest/config';
import { keepCompiled } from './test/support/env.ts';
import { TestOrder } from './test/support/test-order.ts';

const OWN_SERVERS = ['test/faults/**/*.test.ts', 'test/e2e/{commands,event-to-list,late-joiner,online-retail}.test.ts'];
/** It trains, on servers of its own, and times what it waits for. */
const ALONE = ['test/e2e/loop.test.ts'];
const INTEGRATION = ['**/*.int.test.ts', 'test/{tour,e2e}/**/*.test.ts'];
/** What needs servers: a broker's start, a rebalance and a kill are seconds each; twice that on a busy machine. */
const PATIENT = { testTimeout: 60_000, hookTimeout: 120_000, teardownTimeout: 60_000 };
/**
 * Projects of one number of workers share these: two files that start servers and wait for them most of the time, and one
 * that computes, keep the two cores of a small machine (the order: test/support/test-order.ts).
 */
const BESIDE_EACH_OTHER = { maxWorkers: 3 };
const NEVER = ['**/node_modules/**', '.nextcart/**'];

keepCompiled(import.meta.dirname);

export default defineConfig({
  test: {
    sequence: { sequencer: TestOrder },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['**/src/**/*.test.ts', 'test/{support,bench}/**/*.test.ts'],
          exclude: [...NEVER, ...INTEGRATION, ...OWN_SERVERS],
          testTimeout: 30_000,
          ...BESIDE_EACH_OTHER,
        },
      },
      {
        test: { name: 'own servers', include: OWN_SERVERS, exclude: NEVER, ...PATIENT, ...BESIDE_EACH_OTHER },
      },
      {
        test: {
          name: 'integration',
          include: INTEGRATION,
          exclude: [...NEVER, ...OWN_SERVERS, ...ALONE],
          globalSetup: ['./test/support/global-setup.ts'],
          setupFiles: ['./test/support/properties.ts'],
          ...PATIENT,
          // a file waits half of its time, and what it makes on the servers that all share has names of its own
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        // vitest puts what has no parallel files behind all groups
        test: { name: 'alone', include: ALONE, ...PATIENT, fileParallelism: false },
      },
    ],
  },
});
