import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { createScreen, isScreen } from './screen.ts';

const ESC = '\u001b[';
const terminal = (colours = true) => {
  const out = Object.assign(new PassThrough(), { columns: 20, hasColors: () => colours });
  const abort = new AbortController();
  const screen = createScreen(out as unknown as NodeJS.WriteStream, abort.signal);
  return { screen, abort, written: () => String(out.read() ?? '').replaceAll(ESC, '^') };
};

test('a single line takes no page away, and the status is redrawn on the last line', () => {
  const { screen, written } = terminal();
  screen.status('set: 1 of 9');
  screen.page('waiting …\n');
  screen.status('set: 2 of 9');
  screen.status('set: 2 of 9');
  expect(written()).toBe('\r^Kset: 1 of 9\r^Kwaiting …^K\n^J\r^Kset: 1 of 9\r^Kset: 2 of 9');
});

test('each page takes the place of the one before, with the status below it, which is redrawn alone', () => {
  const { screen, written } = terminal();
  screen.status('set: 1 of 9');
  screen.page('u1\n  tea\n');
  screen.status('set: 2 of 9');
  screen.page('u2\n  cup\n');
  expect(written()).toBe(
    '\r^Kset: 1 of 9' + '^Hu1^K\n  tea^K\n^J\r^Kset: 1 of 9' + '\r^Kset: 2 of 9' + '^Hu2^K\n  cup^K\n^J\r^Kset: 2 of 9',
  );
});

test("a status is cut at the terminal's edge, where it would wrap and leave its first half behind", () => {
  const { screen, written } = terminal();
  screen.status('set: 5 of 9, and much more');
  expect(written()).toBe('\r^Kset: 5 of 9, and mu');
});

test('once everything stops nothing is drawn over what is said then', () => {
  const { screen, abort, written } = terminal();
  abort.abort();
  screen.page('u1\n  tea\n');
  screen.page('waiting …\n');
  screen.status('set: 1 of 9');
  expect(written()).toBe('');
});

test('what is no terminal, or cannot move its cursor, is no screen', () => {
  const out = (isTTY: boolean) => ({ isTTY }) as NodeJS.WriteStream;
  expect([isScreen(out(true), { TERM: 'xterm' }), isScreen(out(true), {})]).toEqual([true, true]);
  expect([isScreen(out(false), { TERM: 'xterm' }), isScreen(out(true), { TERM: 'dumb' })]).toEqual([false, false]);
});

test('pages are coloured where the terminal is', () => {
  expect(terminal().screen.env).toEqual({ FORCE_COLOR: '1' });
  expect(terminal(false).screen.env).toEqual({});
});
