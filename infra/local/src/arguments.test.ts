import { expect, test } from 'vitest';
import { parseArguments } from './arguments.ts';

test('without arguments a shop is simulated and the list is watched', () => {
  expect(parseArguments([])).toMatchObject({ fresh: false, quiet: false, feed: { kind: 'simulate' } });
});

test('a data set replaces the simulation', () => {
  expect(parseArguments(['--source', 'online-retail', '--file', 'x.csv', '--speed', '3600x']).feed).toEqual({
    kind: 'import',
    source: 'online-retail',
    file: 'x.csv',
    speed: '3600x',
  });
});

test('what can not be meant is refused with the usage', () => {
  for (const args of [['--source', 'online-retail'], ['--rate', 'fast'], ['--speed', 'max'], ['--nonsense']])
    expect(() => parseArguments(args)).toThrow(/npm start/);
});
