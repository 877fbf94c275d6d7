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
import { readdirSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
${call}
const threads = readdirSync('/proc/self/task').map((id) => [
  readFileSync('/proc/self/task/' + id + '/comm', 'utf8').trim(),
  getPriority(Number(id)),
]);
const group = '/proc/self/autogroup';
console.log(JSON.stringify({ threads, group: readFileSync(group, 'utf8') }));
`;
const args = (call: string): string[] => ['--input-type=module', '-e', script(call)];
interface Said {
  readonly threads: [name: string, nice: number][];
  readonly group: string;
}
/** These tests may themselves have been told to stand back. */
const nice = Math.max(BACKGROUND_NICE, getPriority());
const isLinux = existsSync('/proc/self/autogroup');

test.runIf(isLinux)('V8 stands back, the thread that does the work does not', () => {
  const own = execFileSync(process.execPath, args('helpersStandBack();'), { encoding: 'utf8' });
  const { threads } = JSON.parse(own) as Said;
  const helpers = threads.filter(([name]) => name === 'V8Worker');
  expect(helpers.length).toBeGreaterThan(0);
  for (const [, of] of helpers) expect(of).toBe(nice);
  const [main] = threads;
  expect(main?.[1]).toBe(getPriority());
});

test.runIf(isLinux)('a process that leads its session stands back with all of it, another alone', async () => {
  const groupOf = async (detached: boolean): Promise<string> => {
    const child = spawn(process.execPath, args('standBack();'), { detached, stdio: ['ignore', 'pipe', 'inherit'] });
    const said = text(child.stdout);
    await once(child, 'exit');
    const { threads, group } = JSON.parse(await said) as Said;
    expect(threads[0]?.[1]).toBe(nice);
    return group;
  };
  expect(await groupOf(true)).toMatch(new RegExp(`nice ${nice}$`, 'm'));
  expect(await groupOf(false)).not.toMatch(new RegExp(`nice ${nice}$`, 'm'));
});
