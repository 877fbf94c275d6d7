import { defineConfig } from 'vitest/config';

const INTEGRATION = ['**/*.int.test.ts', 'test/{tour,e2e,faults}/**/*.test.ts'];
const NEVER = ['**/node_modules/**', '.nextcart/**'];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['**/src/**/*.test.ts', 'test/{support,bench}/**/*.test.ts'],
          exclude: [...NEVER, ...INTEGRATION],
          testTimeout: 10_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: INTEGRATION,
          exclude: NEVER,
          globalSetup: ['./test/support/global-setup.ts'],
          setupFiles: ['./test/support/properties.ts'],
          // a broker's start, a rebalance and a kill are seconds each; twice that on a busy machine
          testTimeout: 60_000,
          hookTimeout: 120_000,
          teardownTimeout: 60_000,
          fileParallelism: false, // the servers and the services under test need both cores of a small machine
        },
      },
    ],
  },
});
