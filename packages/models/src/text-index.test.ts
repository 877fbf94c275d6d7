import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createTextIndex, type WeightedToken } from './text-index.ts';

const tokensOf = (text: string, weight = 1): WeightedToken[] => text.split(' ').map((token) => ({ token, weight }));
const indexOf = (texts: readonly string[], commonest = 100) => {
  const index = createTextIndex({ commonest, id: (document) => `d${String(document).padStart(3, '0')}` });
  texts.forEach((text, document) => index.set(document, text === '' ? [] : tokensOf(text)));
  return index;
};

describe('against the definition', () => {
  const alphabet = ['a', 'b', 'c', 'd', 'e', 'f'];
  const anyText = fc.subarray(alphabet, { minLength: 1, maxLength: 4 }).map((list) => list.join(' '));

  /** Every document, scored from scratch. */
  const brute = (texts: readonly string[], query: string, measure: 'cosine' | 'coverage') => {
    const sets = texts.map((text) => new Set(text.split(' ')));
    const idf = (token: string) =>
      Math.log(1 + texts.length / Math.max(1, sets.filter((set) => set.has(token)).length));
    const asked = query.split(' ');
    const norm = (tokens: Iterable<string>) => Math.sqrt([...tokens].reduce((sum, token) => sum + idf(token) ** 2, 0));
    return texts
      .map((_, document) => {
        const set = sets[document] as Set<string>;
        const shared = asked.filter((token) => set.has(token));
        const total = asked.reduce((sum, token) => sum + idf(token), 0);
        const cover = shared.reduce((sum, token) => sum + idf(token), 0) / total;
        const score =
          measure === 'cosine'
            ? shared.reduce((sum, token) => sum + idf(token) ** 2, 0) / norm(asked) / norm(set)
            : cover * (0.8 + 0.2 * Math.min(1, total / norm(set)));
        return { document, score: Math.min(1, score) };
      })
      .filter(({ score }) => score > 0);
  };

  test.each(['cosine', 'coverage'] as const)('%s finds the best, with their scores', (measure) => {
    fc.assert(
      fc.property(
        fc.array(anyText, { minLength: 1, maxLength: 12 }),
        anyText,
        fc.integer({ min: 1, max: 12 }),
        (texts, query, limit) => {
          const hits = indexOf(texts).search(tokensOf(query), measure, limit);
          const expected = brute(texts, query, measure);
          expect(hits.documents).toHaveLength(Math.min(limit, expected.length));
          const byDocument = new Map(expected.map(({ document, score }) => [document, score]));
          hits.documents.forEach((document, i) =>
            expect(hits.scores[i]).toBeCloseTo(byDocument.get(document) ?? -1, 9),
          );
          const best = expected.map(({ score }) => score).sort((a, b) => b - a);
          hits.scores.forEach((score, i) => expect(score).toBeCloseTo(best[i] as number, 9));
        },
      ),
    );
  });
});

test('an answer does not depend on the order or the past of the documents', () => {
  fc.assert(
    fc.property(fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5 }), (order) => {
      const texts = ['red cup', 'blue cup', 'red pot', 'cup', 'pot cup'];
      const straight = indexOf(texts);
      const other = indexOf(['x y z', 'cup', 'red', 'gone', 'pot', 'away']);
      other.set(5, []);
      for (const document of order) other.set(document, tokensOf(texts[document] as string));
      for (const measure of ['cosine', 'coverage'] as const)
        expect(other.search(tokensOf('red cup'), measure, 3)).toEqual(straight.search(tokensOf('red cup'), measure, 3));
      expect([other.support('gone'), other.support('cup')]).toEqual([0, 4]);
    }),
  );
});

test('ties go by id, also at the cut', () => {
  const index = indexOf(['cup', 'cup', 'cup', 'cup']);
  expect([...index.search(tokensOf('cup'), 'cosine', 2).documents]).toEqual([0, 1]);
});

test('a token of more documents than the bound leads nowhere, but still counts as asked', () => {
  const index = indexOf(['red cup', 'blue cup', 'old cup'], 2);
  expect(index.search(tokensOf('cup'), 'coverage', 5).documents).toHaveLength(0);
  const [score] = index.search(tokensOf('red cup'), 'coverage', 5).scores;
  expect(score).toBeLessThan(0.8);
});

test('the version changes with every document, and nothing is found in an empty index', () => {
  const index = indexOf([]);
  const before = index.version;
  expect(index.search(tokensOf('cup'), 'cosine', 5).documents).toHaveLength(0);
  index.set(0, tokensOf('cup'));
  expect(index.version).not.toBe(before);
  expect(index.tokens(0)).toEqual(tokensOf('cup'));
  expect(index.tokens(1)).toEqual([]);
});

test('document numbers may be far apart', () => {
  const index = indexOf(['cup']);
  index.set(50_000, tokensOf('cup'));
  expect([...index.search(tokensOf('cup'), 'cosine', 5).documents]).toEqual([0, 50_000]);
});
