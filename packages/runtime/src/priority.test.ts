import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { getPriority } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { BACKGROUND_NICE } from './priority.ts';

const script = (call: string): string => `
import { helpersStandBack, standBack } from ${JSON.stringify(join(import.meta.dirname, 'priority.ts'))};
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
${call}
const tasks = '/proc/self/task';
const threads = (existsSync(tasks) ? readdirSync(tasks) : []).map((id) => [
  readFileSync(tasks + '/' + id + '/comm', 'utf8').trim(),
  getPriority(Number(id)),
]);
const group = '/proc/self/autogroup';
console.log(JSON.stringify({ own: getPriority(), threads, group: existsSync(group) ? readFileSync(group, 'utf8') : '' }));
`;
const args = (call: string): string[] => ['--input-type=module', '-e', script(call)];
interface Said {
  readonly own: number;
  /** None where the system does not show them. */
  readonly threads: [name: string, nice: number][];
  /** '' where the system has no groups of sessions. */
  readonly group: string;
}
/** These tests may themselves have been told to stand back. */
const nice = Math.max(BACKGROUND_NICE, getPriority());

test('V8 stands back, the thread that does the work does not', () => {
  const own = execFileSync(process.execPath, args('helpersStandBack();'), { encoding: 'utf8' });
  const said = JSON.parse(own) as Said;
  const helpers = said.threads.filter(([name]) => name === 'V8Worker');
  expect(helpers.length > 0).toBe(existsSync('/proc/self/task'));
  for (const [, of] of helpers) expect(of).toBe(nice);
  expect(said.own).toBe(getPriority());
});

test('young objects are collected without the threads that stand back', () => {
  const byHelpers = (call: string): number[] => {
    const churn = `${script(call)}
const ring = new Array(150_000);
for (let i = 0; i < 3_000_000; i += 1) ring[i % ring.length] = { i, of: [i] };`;
    const traced = ['--trace-gc-nvp', '--max-semi-space-size=16', '--input-type=module', '-e', churn];
    const lines = execFileSync(process.execPath, traced, { encoding: 'utf8' }).split('\n');
    return lines
      .filter((line) => line.includes('gc=s'))
      .map((line) => Number(/background\.scavenge\.parallel=([\d.]+)/.exec(line)?.[1]));
  };
  const own = byHelpers('helpersStandBack();');
  expect(own.length).toBeGreaterThan(3);
  expect(own.every((ms) => ms === 0)).toBe(true);
  expect(byHelpers('').some((ms) => ms > 0)).toBe(true);
});

test('a process that leads its session stands back with all of it where there are such groups, another alone', async () => {
  const groupOf = async (detached: boolean): Promise<string> => {
    const child = spawn(process.execPath, args('standBack();'), { detached, stdio: ['ignore', 'pipe', 'inherit'] });
    const said = text(child.stdout);
    await once(child, 'exit');
    const { own, group } = JSON.parse(await said) as Said;
    expect(own).toBe(nice);
    return group;
  };
  const leader = await groupOf(true);
  if (existsSync('/proc/self/autogroup')) expect(leader).toMatch(new RegExp(`nice ${nice}$`, 'm'));
  expect(await groupOf(false)).not.toMatch(new RegExp(`nice ${nice}$`, 'm'));
});
