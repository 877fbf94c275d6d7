import { expect, test } from 'vitest';
import { qualityBenches } from '../benches.ts';
import { parseQuality } from './command.ts';

const seedsOf = (...args: string[]) => parseQuality(['quality:ml-1m', ...args], qualityBenches).seeds;

test('seeds are 1 to a number, or one of them; the first without a word', () => {
  expect(seedsOf()).toEqual([1]);
  expect(seedsOf('--seeds', '3')).toEqual([1, 2, 3]);
  expect(seedsOf('--seed', '3')).toEqual([3]);
  expect(() => seedsOf('--seeds', '0')).toThrow('--seeds 0: not a whole number above 0');
  expect(() => seedsOf('--seed', 'x')).toThrow('--seed x: not a whole number above 0');
  expect(() => seedsOf('--seed', '2', '--seeds', '3')).toThrow('--seeds and --seed: one of them');
});
