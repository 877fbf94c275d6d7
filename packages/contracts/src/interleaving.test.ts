import { expect, test } from 'vitest';
import { holdOut } from './hold-out.ts';
import { interleavedName, interleavedReleases, isInterleaved } from './interleaving.ts';

const subjects = Array.from({ length: 20_000 }, (_, n) => `u${n}`);

test('a name is of its two releases again, and that of one is of none', () => {
  expect(interleavedReleases(interleavedName('one', 'two'))).toEqual(['one', 'two']);
  expect(interleavedReleases('one')).toBeNull();
  expect(interleavedReleases('untrained')).toBeNull();
});

test('a share of the subjects is drawn, whoever is held out, and others for other releases', () => {
  const drawn = (name: string, share: number) => subjects.filter((key) => isInterleaved(key, { name, share }));
  const near = (found: number, share: number) =>
    expect(Math.abs(found - share * subjects.length)).toBeLessThan(
      4 * Math.sqrt(subjects.length * share * (1 - share)),
    );
  expect(drawn('one+two', 1)).toEqual(subjects);
  const some = drawn('one+two', 0.5);
  near(some.length, 0.5);
  near(some.filter((key) => isInterleaved(key, { name: 'two+one', share: 0.5 })).length, 0.25);
  near(some.filter((key) => holdOut(key, { share: 0.5, salt: '' }) === 'base').length, 0.25);
});
