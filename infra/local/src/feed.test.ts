import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startFeed } from './feed.ts';

/** A feed that is this script, over a log in which an earlier one said something. */
const feed = (script: string) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'nextcart-feed-'));
  const logFile = join(dataDir, 'logs', 'feed.log');
  mkdirSync(join(dataDir, 'logs'));
  appendFileSync(logFile, 'all of the earlier one\n');
  const said: string[] = [];
  const running = startFeed(['-e', script], dataDir, process.env, (line) => said.push(line));
  onTestFinished(async () => {
    await running.stop();
    rmSync(dataDir, { recursive: true });
  });
  return { running, said, log: (text: string) => appendFileSync(logFile, text) };
};
const FOREVER = 'setInterval(() => {}, 1000);';

test("the status is the feed's own last line to a person, not its logger's and not an earlier feed's", async () => {
  const { running, log } = feed(FOREVER);
  expect(running.status()).toBe('');
  log('set: 5 of 10\n{"level":"warn"}\n');
  expect(running.status()).toBe('set: 5 of 10');
  log(`${'set: 6 of 10\n'.repeat(1000)}set: 7 of 10\n`);
  expect(running.status()).toBe('set: 7 of 10');
  log(`{"long":"${'x'.repeat(5000)}"}\n`);
  expect(running.status()).toBe('');
});

test('a feed that is stopped says how far it came', async () => {
  const { running, said } = feed(
    `process.on('SIGTERM', () => { console.log('stopped after 5'); process.exit(0); }); console.log('up'); ${FOREVER}`,
  );
  await expect.poll(() => running.status()).toBe('up');
  await running.stop();
  expect(said).toEqual(['events: stopped after 5']);
  expect(running.status()).toBe('stopped after 5');
});

test('a feed that came to its end says so once, and its status stays', async () => {
  const { running, said } = feed("console.log('all 10 events are sent')");
  await expect.poll(() => said).toEqual(['all events are sent']);
  await running.stop();
  expect(said).toEqual(['all events are sent']);
  expect(running.status()).toBe('all 10 events are sent');
});

test('a feed that failed is not shown as one that goes on', async () => {
  const { running, said } = feed("console.log('set: 5 of 10'); process.kill(process.pid, 'SIGKILL')");
  await expect.poll(() => said).toHaveLength(1);
  expect(said[0]).toContain('events stopped (SIGKILL)');
  expect(running.status()).toBe('events stopped (SIGKILL): set: 5 of 10');
});
