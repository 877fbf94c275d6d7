import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const fileOf = (name: string) => JSON.stringify(join(import.meta.dirname, name));
/** Opens a session and runs it. */
const script = `
import { createGraph } from ${fileOf('graph.ts')};
import { tanh } from ${fileOf('operators/elementwise.ts')};
import { openSession } from ${fileOf('session.ts')};
const graph = createGraph();
const open = await openSession(graph.program({ y: tanh(graph.input('x', [4])) }), { threads: 1 });
const y = new Float32Array(4);
await open.bind({ x: new Float32Array(4).fill(1), y })();
await open.close();
console.log(y[0].toFixed(3));
`;

test('a process that trains or serves leaves nothing of the engine in the home folder or among temporary files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'engine-'));
  const said = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], HOME: folder, TMPDIR: folder, TMP: folder, TEMP: folder, XDG_CACHE_HOME: folder },
  });
  expect(said.trim()).toBe('0.762');
  const left = readdirSync(folder, { recursive: true });
  rmSync(folder, { recursive: true });
  expect(left).toEqual([]);
});
