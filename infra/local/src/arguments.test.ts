import { expect, test } from 'vitest';
import { parseArguments } from './arguments.ts';

test('without arguments a shop is simulated and the list is watched', () => {
  expect(parseArguments([])).toMatchObject({ fresh: false, quiet: false, feed: { kind: 'simulate' } });
});

test('a data set replaces the simulation', () => {
  const file = import.meta.filename;
  expect(parseArguments(['--source', 'online-retail', '--file', file, '--speed', '3600x']).feed).toEqual({
    kind: 'import',
    source: 'online-retail',
    file,
    speed: '3600x',
  });
});

test('what can not be meant is refused with the usage', () => {
  const set = ['--source', 'online-retail', '--file'];
  for (const args of [
    ...[['--source', 'online-retail'], ['--rate', 'fast'], ['--users', '2.5'], ['--speed', 'max'], ['--nonsense']],
    ...[
      [...set, 'no/such/file'],
      [...set, import.meta.filename, '--speed', 'fast'],
    ],
  ])
    expect(() => parseArguments(args), args.join(' ')).toThrow(/npm start/);
});
