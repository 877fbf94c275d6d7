import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { capture, root, say, step } from './run.mjs';

/** Cheapest first. Each is a script of package.json; all of them run, so that one look shows everything. */
export const staticChecks = ['boundaries', 'typecheck', 'lint', 'format:check'];

export const runChecks = async () => {
  const failed = [];
  for (const name of staticChecks) if ((await step(name, 'npm', ['run', '--silent', name])) !== 0) failed.push(name);
  if (failed.length > 0) say(`✗ failed: ${failed.join(', ')}`);
  return failed.length === 0 ? 0 : 1;
};

const report = join(root, '.nextcart', 'vitest.json');

/** vitest, and then one plain line that any reader of a log can count by. */
export const runTests = async (node, args) => {
  mkdirSync(join(root, '.nextcart'), { recursive: true });
  rmSync(report, { force: true });
  // of what a test's thread runs, vitest itself makes nothing that the thread would find (decision 49)
  capture(node, ['packages/models/src/artifact/artifact-thread.ts']);
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const code = await step('tests', node, [vitest, 'run', ...reporters, ...args]);
  if (existsSync(report)) {
    const { numPassedTests, numFailedTests, numPendingTests, testResults } = JSON.parse(readFileSync(report, 'utf8'));
    // a file whose set-up fails shows its tests as skipped: it is itself a failure
    const brokenFiles = testResults.filter(
      ({ status, assertionResults }) =>
        status === 'failed' && assertionResults.every((test) => test.status !== 'failed'),
    ).length;
    const failed = numFailedTests + brokenFiles;
    const skipped = numPendingTests > 0 ? `, ${numPendingTests} skipped` : '';
    const why = code !== 0 && failed === 0 ? '; the run failed outside of its tests: the reason is above' : '';
    say(`${numPassedTests} passed, ${failed} failed${skipped}${why}`);
  }
  return code;
};
