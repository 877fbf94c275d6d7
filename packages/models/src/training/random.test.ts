import { expect, test } from 'vitest';
import { createRandom, permutation } from './random.ts';

test('a stream is a function of its name, and names that differ in one number are strangers', () => {
  const first = (...name: [number, number, number, number]) => createRandom(...name).next();
  expect(first(1, 2, 3, 4)).toBe(first(1, 2, 3, 4));
  const names: [number, number, number, number][] = [
    [1, 2, 3, 4],
    [2, 1, 3, 4],
    [1, 2, 4, 3],
    [0, 2, 3, 4],
    [1, 2, 3, 5],
  ];
  expect(new Set(names.map((name) => first(...name))).size).toBe(names.length);
});

test('normal numbers: moments of N(0, 1), an odd count filled to its end', () => {
  const sample = new Float32Array(200_001);
  createRandom(5, 1).fillNormal(sample);
  const moment = (power: number) => sample.reduce((sum, x) => sum + x ** power, 0) / sample.length;
  [0, 1, 0, 3].forEach((expected, at) => expect(Math.abs(moment(at + 1) - expected)).toBeLessThan(0.03));
  expect(sample.at(-1)).not.toBe(0);
});

test('a permutation holds each number once, and every place is as likely', () => {
  const counts = new Float64Array(5);
  for (let time = 0; time < 5000; time += 1) {
    const order = permutation(5, createRandom(3, 2, time));
    expect([...order].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4]);
    const at = order.indexOf(0);
    counts[at] = (counts[at] as number) + 1;
  }
  for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(120);
});
