import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual, stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { repoRoot } from './folders.ts';
import { createPidBook } from './pids.ts';
import { processIdentity } from './process-identity.ts';
import { readStackFile } from './stack-file.ts';

/**
 * What `npm start` runs (npm itself would end by the Ctrl-C that it waited out), in a terminal, with the simulated shop; a
 * small one, so that a busy machine follows it.
 */
const COMMAND = [process.execPath, 'bootstrap.mjs', 'start', '--users', '200', '--rate', '10', '--data-dir'];
/** Runs its arguments in a pseudo-terminal, whose keyboard is its own standard input. */
const TERMINAL = 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))';
const CTRL_C = '\u0003';
const { KAFKA_BROKERS: _k, CLICKHOUSE_URL: _c, REDIS_URL: _r, SCHEMA_REGISTRY_URL: _s, ...env } = process.env;
let dataDir: string;
let terminal: ChildProcess;
let shown = '';

beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'nextcart-live-'));
  terminal = spawn('python3', ['-c', TERMINAL, ...COMMAND, dataDir], {
    cwd: repoRoot,
    env: { ...env, TERM: 'xterm' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  terminal.stdout?.setEncoding('utf8').on('data', (text: string) => (shown += text));
});
afterAll(async () => {
  if (terminal.exitCode === null) {
    terminal.kill('SIGKILL');
    await once(terminal, 'exit');
  }
  await createPidBook(dataDir).endLeftovers(10_000);
  rmSync(dataDir, { recursive: true, force: true });
});

interface Page {
  readonly customer: string;
  /** What the customer did, the newest last. */
  readonly deeds: readonly string[];
  readonly items: readonly string[];
  readonly text: string;
}

/** Each page that was drawn whole, in order. */
const pages = (): Page[] =>
  shown.split('\u001b[H').flatMap((drawn) => {
    const text = stripVTControlCharacters(drawn).replaceAll('\r', '');
    const [, deeds, customer, list] =
      /^((?: {2}.*\n)+)\n(\w+): what to show now\n((?: *\d+ .*\n)+)made /.exec(text) ?? [];
    if (deeds === undefined || customer === undefined || list === undefined) return [];
    return [{ customer, deeds: deeds.trimEnd().split('\n'), items: list.trimEnd().split('\n').map(itemOf), text }];
  });
/** `  3 ↑ Alpine ski Orbit      685.00 EUR  …` → its title and price: two products of the shop may have one title. */
const itemOf = (row: string): string => /^ *\d+ . (.*?[\d.]+ [A-Z]{3}) /.exec(row)?.[1] ?? row;

/** Two pages one after the other, of the same customer, who did something in between. */
const change = (): [Page, Page] | undefined => {
  const all = pages();
  const at = all.findIndex(({ customer, deeds, items }, i) => {
    const before = all[i - 1];
    return (
      before?.customer === customer &&
      !isDeepStrictEqual(before.deeds, deeds) &&
      !isDeepStrictEqual(before.items, items)
    );
  });
  return at === -1 ? undefined : [all[at - 1] as Page, all[at] as Page];
};

test('a named customer of the simulated shop is shown, and their list changes with what they do', {
  timeout: 240_000,
}, async () => {
  const seen = () => (terminal.exitCode === null ? (change() ?? `no change: ${shown}`) : `it ended: ${shown}`);
  await expect.poll(seen, { timeout: 200_000, interval: 500 }).toHaveLength(2);
  const [before, after] = change() as [Page, Page];
  expect(after.customer).toMatch(/^u\d+$/);
  for (const { items, text } of [before, after]) {
    expect(new Set(items).size, text).toBe(10);
    expect(text).toMatch(/ (viewed|bought|searched|has in the cart|sessions like this one|trending now)/);
    expect(text).toMatch(/\nmade \d+ ms after the event reached Kafka .*; release /);
  }
  expect(after.text, 'what moved is marked').toMatch(/^ *\d+ [+↑↓] /m);
  expect(shown).toMatch(/waiting for somebody to shop/);
});

/** All that the process has started, and what they have started. */
const family = (pid: number): number[] => {
  const stat = (file: string): string => {
    try {
      return readFileSync(file, 'utf8');
    } catch {
      return ''; // it has ended meanwhile
    }
  };
  const pairs =
    process.platform === 'linux'
      ? readdirSync('/proc').map((name) => [Number(name), Number(/\) . (\d+) /.exec(stat(`/proc/${name}/stat`))?.[1])])
      : execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
          .split('\n')
          .map((line) => line.trim().split(/ +/).map(Number));
  const own = pairs.flatMap(([child, parent]) => (parent === pid && child !== undefined ? [child] : []));
  return [...own, ...own.flatMap(family)];
};

test('Ctrl-C at the terminal ends all of it in order and leaves no process', async () => {
  const running = family(terminal.pid as number).map((pid) => ({ pid, identity: processIdentity(pid) }));
  // the bootstrap, the launcher, the live list and the shop; four servers, four services
  expect(running.length).toBeGreaterThanOrEqual(12);
  terminal.stdin?.write(CTRL_C);
  await once(terminal, 'exit');
  const stopped = [...shown.matchAll(/stopping (\w+)/g)].map(([, name]) => name);
  expect(stopped).toEqual(['events', 'trainer', 'scorer', 'features', 'ingest', 'addresses', 'servers']);
  expect(running.filter(({ pid, identity }) => processIdentity(pid) === identity)).toEqual([]);
  expect(readStackFile(dataDir)).toBeNull();
  expect(terminal.exitCode).toBe(0);
});
