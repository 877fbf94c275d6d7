import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { editDistance, hashText, hashToken, trigrams, words } from './text.ts';
import { createVocabulary } from './vocabulary.ts';

test('words are lower-case, without accents, of any script', () => {
  expect(words('Crème-brûlée No.5 «Große» Чашка ２')).toEqual(['creme', 'brulee', 'no', '5', 'große', 'чашка', '2']);
  expect(words(' -- ')).toEqual([]);
});

test('trigrams know the edges of a word, and come once', () => {
  expect(trigrams('cup')).toEqual(['^cu', 'cup', 'up$']);
  expect(trigrams('aaaaa')).toEqual(['^aa', 'aaa', 'aa$']);
  expect(trigrams('a')).toEqual(['^a$']);
});

test('hashes are the same everywhere, and of words and trigrams', () => {
  // by the same formula in whole numbers of any size
  expect([hashToken(''), hashToken('cup')]).toEqual([2_872_998_923, 299_914_456]);
  expect(hashText('cup cup', 1000)).toHaveLength(8);
  expect([...hashText('cup', 1000)].every((bucket) => bucket >= 0 && bucket < 1000)).toBe(true);
  expect(new Set(Array.from({ length: 500 }, (_, n) => hashToken(`w${n}`))).size).toBe(500);
});

/** By definition: the least over the last letter's edits. */
const slowDistance = (a: string, b: string): number => {
  if (a === '' || b === '') return a.length + b.length;
  const same = a.at(-1) === b.at(-1) ? 0 : 1;
  let best = Math.min(
    slowDistance(a.slice(0, -1), b) + 1,
    slowDistance(a, b.slice(0, -1)) + 1,
    slowDistance(a.slice(0, -1), b.slice(0, -1)) + same,
  );
  if (a.length > 1 && b.length > 1 && a.at(-1) === b.at(-2) && a.at(-2) === b.at(-1))
    best = Math.min(best, slowDistance(a.slice(0, -2), b.slice(0, -2)) + 1);
  return best;
};

test('the distance of two words is what its definition gives', () => {
  expect([editDistance('kitten', 'sitting'), editDistance('cpu', 'cup'), editDistance('', 'ab')]).toEqual([3, 1, 2]);
  const short = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 5 });
  fc.assert(
    fc.property(short, short, (a, b) => {
      expect(editDistance(a, b)).toBe(slowDistance(a, b));
    }),
  );
});

describe('a misspelt word', () => {
  const of = (uses: Readonly<Record<string, number>>, order = Object.keys(uses)) => {
    const vocabulary = createVocabulary();
    for (const word of order) vocabulary.add(word);
    return (word: string) => vocabulary.meant(word, (known) => uses[known] ?? 0);
  };
  const uses = { coffee: 3, coffer: 9, teapot: 1, cup: 5, chocolate: 2, gone: 0 };

  test.each([
    ['coffee', { word: 'coffee', likeness: 1 }],
    ['cofee', { word: 'coffee', likeness: 0.8 }],
    ['coffeee', { word: 'coffee', likeness: 1 - 1 / 7 }],
    ['coffew', { word: 'coffer', likeness: 1 - 1 / 6 }], // one edit from both: the more used
    ['tepaot', { word: 'teapot', likeness: 1 - 1 / 6 }],
    ['chocalatte', { word: 'chocolate', likeness: 0.8 }], // two edits from 8 letters on
    ['chclat', undefined],
    ['cpu', undefined], // three letters are anything
    ['gonne', undefined], // left the shop
    ['zzzzzz', undefined],
  ])('%s', (word, meant) => {
    const found = of(uses)(word);
    expect(found?.word).toBe(meant?.word);
    if (meant !== undefined) expect(found?.likeness).toBeCloseTo(meant.likeness, 12);
  });

  test('means the same whatever order the words came in', () => {
    const vocabulary = ['table', 'cable', 'gable', 'fable', 'sable', 'tables', 'stable'];
    const even = Object.fromEntries(vocabulary.map((word) => [word, 1]));
    fc.assert(
      fc.property(
        fc.shuffledSubarray(vocabulary, { minLength: 7 }),
        fc.constantFrom('xable', 'tabel', 'stabel'),
        (order, word) => {
          expect(of(even, order)(word)).toEqual(of(even)(word));
        },
      ),
    );
  });
});
