/**
 * Team-draft interleaving (Radlinski, Kurup, Joachims 2008: How does clickthrough data reflect retrieval quality?): two
 * lists take turns to put their best item that is not in yet into one; a coin decides, whenever both teams have the same
 * number, who goes first. Who likes one list's items more clicks more items of its team, whatever their places.
 * Invariants: the draft depends on the two lists and the seed alone, so a replay makes it again; no item is in it twice;
 * with the lists swapped and the coins turned, it is the same draft under the other names.
 *
 * Two differences of these lists that are not of their items must not decide. Items that both lists have in the same
 * order at the top say nothing about either, and a team would be credited by luck; what is drafted after a list has run out
 * has no rival, nor has an item that is both teams' best and the last that one of them has. All these are nobody's ('both').
 */
import { hash } from 'node:crypto';

/** Who put an item in; `both` where nobody is to be credited. */
export type Team = 'a' | 'b' | 'both';

export interface Draft<T> {
  readonly items: readonly T[];
  /** By place. */
  readonly teams: readonly Team[];
}

const LETTER: Readonly<Record<Team, string>> = { a: 'a', b: 'b', both: '=' };
/** What a list records of its draft: a letter a place, `a`, `b` or `=`. */
export const teamText = (teams: readonly Team[]): string => teams.map((team) => LETTER[team]).join('');

/** Fair coins named by a seed: bits of SHA-256 over seed and block number. */
const createCoins = (seed: string): (() => boolean) => {
  let block = Buffer.alloc(0);
  let next = 0;
  return () => {
    const bit = next % 256;
    if (bit === 0) block = hash('sha256', `${seed}\n${next / 256}`, 'buffer');
    next += 1;
    return (((block[bit >> 3] as number) >> (bit & 7)) & 1) === 1;
  };
};

/**
 * At most `size` items out of `a` and `b`, each best first. `seed`: the list's recommId, which names releases, trigger
 * and subject, and so is another for every list.
 */
export const teamDraft = <T>(
  a: readonly T[],
  b: readonly T[],
  { size, seed, idOf }: { readonly size: number; readonly seed: string; readonly idOf: (item: T) => string },
): Draft<T> => {
  const items: T[] = [];
  const teams: Team[] = [];
  const taken = new Set<string>();
  const take = (item: T, team: Team): void => {
    items.push(item);
    teams.push(team);
    taken.add(idOf(item));
  };
  const shorter = Math.min(a.length, b.length, size);
  for (let at = 0; at < shorter && idOf(a[at] as T) === idOf(b[at] as T); at += 1) take(a[at] as T, 'both');

  const flip = createCoins(seed);
  const sides = { a: { list: a, at: items.length, count: 0 }, b: { list: b, at: items.length, count: 0 } };
  const best = (team: 'a' | 'b'): T | undefined => {
    const side = sides[team];
    while (side.at < side.list.length && taken.has(idOf(side.list[side.at] as T))) side.at += 1;
    return side.list[side.at];
  };
  /** Whether a team could answer with another where its best is taken. */
  const hasAnother = (team: 'a' | 'b'): boolean =>
    sides[team].list.slice(sides[team].at + 1).some((item) => !taken.has(idOf(item)));
  while (items.length < size) {
    const [ofA, ofB] = [best('a'), best('b')];
    const ahead = sides.a.count - sides.b.count;
    const contested =
      ofA !== undefined && ofB !== undefined && (idOf(ofA) !== idOf(ofB) || (hasAnother('a') && hasAnother('b')));
    const turn = ahead < 0 || (ahead === 0 && contested && flip()) ? 'a' : 'b';
    const own = turn === 'a' ? ofA : ofB;
    if (own !== undefined && (contested || ahead !== 0)) {
      take(own, turn);
      sides[turn].count += 1;
    } else {
      const rest = ofA ?? ofB;
      if (rest === undefined) break;
      take(rest, 'both');
    }
  }
  return { items, teams };
};
