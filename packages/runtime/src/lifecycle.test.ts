import { EventEmitter } from 'node:events';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { systemClock } from './clock.ts';
import { createLifecycle } from './lifecycle.ts';

/** A process that notes how it is left, and a log that can be read. */
const start = (timeoutMs = 1000) => {
  const lines: Record<string, unknown>[] = [];
  const sink = new Writable({
    write: (chunk: Buffer, _, done) => {
      lines.push(JSON.parse(chunk.toString()) as Record<string, unknown>);
      done();
    },
  });
  const exits: number[] = [];
  const host = Object.assign(new EventEmitter(), { exit: (code: number) => void exits.push(code) });
  const lifecycle = createLifecycle({
    log: pino({ level: 'info' }, sink),
    clock: systemClock,
    timeoutMs,
    process: host as unknown as NodeJS.Process,
  });
  const stopped: string[] = [];
  const adds = (name: string, wait = 0) =>
    lifecycle.onStop(name, async () => {
      await systemClock.sleep(wait);
      stopped.push(name);
    });
  return { lifecycle, lines, exits, host, stopped, adds };
};

test('what was started last is stopped first, each after the one before has ended', async () => {
  const { lifecycle, stopped, adds } = start();
  adds('client', 0);
  adds('pipeline', 20);
  adds('http', 10);
  await Promise.all([lifecycle.stop('test'), lifecycle.stop('again'), lifecycle.stopped]);
  expect(stopped).toEqual(['http', 'pipeline', 'client']);
});

test('a stop that fails or hangs is logged by name and keeps nobody else', async () => {
  const { lifecycle, stopped, lines, adds } = start(30);
  adds('first');
  lifecycle.onStop('hangs', () => new Promise(() => {}));
  lifecycle.onStop('throws', () => {
    throw new Error('no');
  });
  lifecycle.onStop('rejects', async () => {
    throw new Error('never');
  });
  adds('last');
  await lifecycle.stop('test');
  expect(stopped).toEqual(['last', 'first']);
  const failed = lines.filter((line) => line['msg'] === 'stop_failed');
  expect(failed.map((line) => line['name'])).toEqual(['rejects', 'throws', 'hangs']);
  expect(JSON.stringify(failed[2])).toContain('did not stop within 30 ms');
});

test.each(['SIGTERM', 'SIGINT'])('%s stops in order and leaves with 0', async (signal) => {
  const { lifecycle, stopped, exits, host, adds } = start();
  adds('client');
  host.emit(signal);
  await lifecycle.stopped;
  await systemClock.sleep(0);
  expect([stopped, exits]).toEqual([['client'], [0]]);
});

test('a crash stops in order and leaves with 1, and what breaks meanwhile does not cut it short', async () => {
  const { lifecycle, stopped, exits, host, lines, adds } = start();
  adds('client', 20);
  host.emit('uncaughtException', new Error('boom'));
  expect(host.listenerCount('uncaughtException')).toBe(1);
  host.emit('unhandledRejection', new Error('and more'));
  host.emit('unhandledRejection', new Error('and more'));
  expect(exits).toEqual([]);
  await lifecycle.stopped;
  await systemClock.sleep(0);
  expect(stopped).toEqual(['client']);
  expect(new Set(exits)).toEqual(new Set([1]));
  expect(lines.filter((line) => line['msg'] === 'crashed')).toHaveLength(3);
});
