import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cpuMicros, cpuMicrosWithEnded } from './cpu.ts';

const burn = 'for (const t = process.cpuUsage(); process.cpuUsage(t).user < 100_000; );';
const total = '((t) => t.user + t.system)(process.cpuUsage())';
const childScript = `${burn} process.on('message', () => {}); process.send(${total});`;
const parentScript = `
  const child = require('node:child_process').fork(require('node:path').join(__dirname, 'child.cjs'));
  const worker = new (require('node:worker_threads').Worker)(${JSON.stringify(burn)}, { eval: true });
  const ended = [new Promise((done) => child.once('message', done)), new Promise((done) => worker.once('exit', done))];
  process.once('message', () => { child.kill(); process.exit(); });
  Promise.all(ended).then(([child]) => process.send({ child, parent: ${total} }));`;

test('the CPU of a process counts its threads and its children, as they count it themselves', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'nextcart-cpu-'));
  writeFileSync(join(folder, 'child.cjs'), childScript);
  writeFileSync(join(folder, 'parent.cjs'), parentScript);
  const process = fork(join(folder, 'parent.cjs'));
  const pid = process.pid ?? 0;
  const [own] = (await once(process, 'message')) as [{ child: number; parent: number }];
  const used = cpuMicros(pid);
  process.send('end');
  await once(process, 'exit');
  rmSync(folder, { recursive: true });
  expect(own.child).toBeGreaterThan(100_000);
  expect(own.parent).toBeGreaterThan(100_000);
  expect(Math.abs(used - own.child - own.parent)).toBeLessThan(60_000); // ticks of 10 ms, and what sending took
  expect(() => cpuMicros(pid)).toThrow(/no process/);
}, 30_000);

test('the CPU of children that have ended stays with the process', async () => {
  const script = `require('node:child_process').spawnSync(process.execPath, ['-e', ${JSON.stringify(burn)}]);
    process.once('message', () => process.exit()); process.send(${total});`;
  const folder = mkdtempSync(join(tmpdir(), 'nextcart-cpu-'));
  writeFileSync(join(folder, 'parent.cjs'), script);
  const process = fork(join(folder, 'parent.cjs'));
  const [own] = (await once(process, 'message')) as [number];
  const used = cpuMicrosWithEnded(process.pid ?? 0);
  process.send('end');
  await once(process, 'exit');
  rmSync(folder, { recursive: true });
  expect(used - own).toBeGreaterThan(90_000);
}, 30_000);
