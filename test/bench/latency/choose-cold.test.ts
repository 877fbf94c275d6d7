import { expect, test } from 'vitest';
import { chooseCold } from './choose-cold.ts';

const subjects = ['w', 'x', 'a', 'w', 'b', 'a', 'c', 'd', 'n', 'e'];
const stored = new Set(['w', 'a', 'b', 'c', 'd', 'e']);

test('as many subjects as the share asks for stay cold, spread over those who come late and are stored', () => {
  // measured: the eight from place 2 on; a quarter of them is two
  expect(chooseCold(subjects, 2, stored, 0.25)).toEqual({ cold: ['a', 'c'], known: [4, 7, 8, 9] });
});

test('whom the store does not know, and who came in the warm-up, is never cold', () => {
  const { cold, known } = chooseCold(subjects, 2, stored, 1);
  expect(cold).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(known).toEqual([8]);
});
