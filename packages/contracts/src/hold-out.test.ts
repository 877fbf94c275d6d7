import fc from 'fast-check';
import { expect, test } from 'vitest';
import { holdOut } from './hold-out.ts';

const subjects = Array.from({ length: 20_000 }, (_, n) => `u${n}`);

test('an arm is what SHA-256 says: a change of it would move subjects between arms in the middle of an experiment', () => {
  // first words of `printf 'launch\n%s' SUBJECT | sha256sum`
  for (const [subject, word] of [
    ['u6', 0x891234c6],
    ['u7', 0xdc9dfed8],
    ['ü', 0xef2d06a1],
  ] as const) {
    const share = word / 2 ** 32;
    expect(holdOut(subject, { share, salt: 'launch' })).toBe('models');
    expect(holdOut(subject, { share: share + 2 ** -32, salt: 'launch' })).toBe('base');
  }
});

test('a share of the subjects is held out, and another salt holds out others', () => {
  for (const share of [0.05, 0.1, 0.5]) {
    const held = subjects.filter((subject) => holdOut(subject, { share, salt: 'a' }) === 'base');
    const both = held.filter((subject) => holdOut(subject, { share, salt: 'b' }) === 'base');
    const sd = (p: number) => Math.sqrt(subjects.length * p * (1 - p));
    expect(Math.abs(held.length - share * subjects.length)).toBeLessThan(4 * sd(share));
    expect(Math.abs(both.length - share * share * subjects.length)).toBeLessThan(4 * sd(share * share));
  }
});

test('who is held out stays held out while the share grows: nobody goes back and forth', () => {
  fc.assert(
    fc.property(fc.string(), fc.double({ min: 0, max: 1, noNaN: true }), fc.string(), (subject, share, salt) => {
      expect(holdOut(subject, { share: 0, salt })).toBe('models');
      expect(holdOut(subject, { share: 1, salt })).toBe('base');
      const larger = holdOut(subject, { share: (1 + share) / 2, salt });
      if (holdOut(subject, { share, salt }) === 'base') expect(larger).toBe('base');
    }),
  );
});

test('a share that is none is an error, not an empty arm', () => {
  for (const share of [-0.1, 1.1, Number.NaN]) expect(() => holdOut('u1', { share, salt: '' })).toThrow(/0 to 1/);
});
