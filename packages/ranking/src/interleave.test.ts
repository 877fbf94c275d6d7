import fc from 'fast-check';
import { expect, test } from 'vitest';
import { teamDraft, teamText } from './interleave.ts';

const letters = (text: string): string[] => text.split('');
const idOf = (item: string): string => item;
const draft = (a: readonly string[], b: readonly string[], seed = 's', size = 50) =>
  teamDraft(a, b, { size, seed, idOf });
const anyList = fc.uniqueArray(fc.constantFrom(...letters('abcdefghijklmnop')), { maxLength: 12 });
const cases = fc.record({ a: anyList, b: anyList, seed: fc.string(), size: fc.integer({ min: 0, max: 14 }) });

test('a draft has each item once, from both lists, each list in its own order, and as many as there are or are asked for', () => {
  fc.assert(
    fc.property(cases, ({ a, b, seed, size }) => {
      const { items, teams } = draft(a, b, seed, size);
      expect(items.length).toBe(Math.min(size, new Set([...a, ...b]).size));
      expect(new Set(items).size).toBe(items.length);
      expect(teams.length).toBe(items.length);
      for (const [team, list] of [
        ['a', a],
        ['b', b],
      ] as const) {
        const own = items.filter((_, at) => teams[at] === team).map((item) => list.indexOf(item));
        expect(own).toEqual(own.toSorted((x, y) => x - y));
        expect(own).not.toContain(-1);
      }
    }),
  );
});

test('each team puts in the best it has left: what stands above an item of its list is in already', () => {
  fc.assert(
    fc.property(cases, ({ a, b, seed, size }) => {
      const { items, teams } = draft(a, b, seed, size);
      items.forEach((item, at) => {
        for (const [team, list] of [
          ['a', a],
          ['b', b],
        ] as const)
          if (teams[at] === team)
            for (const better of list.slice(0, list.indexOf(item))) expect(items.slice(0, at)).toContain(better);
      });
    }),
  );
});

test('no team is ever more than one item ahead, also in a list that is read to any place only', () => {
  fc.assert(
    fc.property(cases, ({ a, b, seed, size }) => {
      let ahead = 0;
      for (const team of draft(a, b, seed, size).teams) {
        ahead += team === 'a' ? 1 : team === 'b' ? -1 : 0;
        expect(Math.abs(ahead)).toBeLessThanOrEqual(1);
      }
    }),
  );
});

test('it can be drafted again from the seed, and other seeds draw other coins', () => {
  const [a, b] = [letters('abcdef'), letters('uvwxyz')];
  expect(draft(a, b, 'one')).toEqual(draft(a, b, 'one'));
  const texts = new Set(Array.from({ length: 200 }, (_, n) => teamText(draft(a, b, `${n}`, 6).teams)));
  expect(texts.size).toBe(8); // three coins decide six places
});

test('each side goes first half of the time: a coin with a lean would be a win rate', () => {
  const first = Array.from({ length: 4000 }, (_, n) => draft(['x', 'y'], ['y', 'x'], `list ${n}`).teams[0]);
  expect(Math.abs(first.filter((team) => team === 'a').length - 2000)).toBeLessThan(4 * Math.sqrt(1000));
});

test('a common beginning and what is left when a list runs out are nobody’s', () => {
  expect(teamText(draft(letters('abc'), letters('abc')).teams)).toBe('===');
  expect(teamText(draft(letters('abxy'), letters('abuv')).teams)).toMatch(/^==(ab|ba){2}$/);
  const { items, teams } = draft(letters('pq'), letters('uvwxyz'));
  expect(items.length).toBe(8);
  expect(teamText(teams)).toMatch(/^(ab|ba){2}={4}$/);
  expect(teamText(draft([], letters('uv')).teams)).toBe('==');
});

test('who puts an item in is answered by the other team: of a whole draft both have as much, however long their lists', () => {
  fc.assert(
    fc.property(cases, ({ a, b, seed }) => {
      const { teams } = draft(a, b, seed);
      const countOf = (team: string) => teams.filter((own) => own === team).length;
      expect(countOf('a')).toBe(countOf('b'));
    }),
    { numRuns: 500 },
  );
});

test('a reader who likes items, not teams, lets neither win', () => {
  // both lists hold the same items in other orders; the reader clicks the first item liked, by its place
  let [a, b] = [0, 0];
  for (let n = 0; n < 20_000; n += 1) {
    const liked = `i${(n * 7) % 10}`;
    const one = Array.from({ length: 10 }, (_, k) => `i${(k + n) % 10}`);
    const other = Array.from({ length: 10 }, (_, k) => `i${(k * 3 + n) % 10}`);
    const { items, teams } = n % 2 === 0 ? draft(one, other, `${n}`) : draft(other, one, `${n}`);
    const team = teams[items.indexOf(liked)];
    if (team === 'a') a += 1;
    if (team === 'b') b += 1;
  }
  expect(Math.abs(a / (a + b) - 0.5)).toBeLessThan(4 * Math.sqrt(0.25 / (a + b)));
});
