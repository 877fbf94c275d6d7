/** What people did with items and searches that the content model is not told of. */
import type { SparseRows } from '@nextcart/models';
import { sparseOf } from './bags.ts';
import { K } from './measure.ts';
import { type Known, PURCHASE, VIEW, VISIT_MS } from './shop-log.ts';

export const withoutTexts = (known: Known, texts: ReadonlySet<string>): Known => ({
  ...known,
  histories: known.histories.map((history) => history.filter((deed) => !texts.has(known.deeds.queries[deed] ?? '\0'))),
});

export const popularityOf = (
  { histories, deeds, items }: Known,
  isHeldOut: (item: number) => boolean,
): Float32Array => {
  const counts = new Float32Array(items.length);
  for (const history of histories)
    for (const deed of history) {
      const item = deeds.items[deed] as number;
      if (deeds.types[deed] === VIEW && !isHeldOut(item)) counts[item] = (counts[item] as number) + 1;
    }
  return counts;
};

/** Of each held-out item, those that were looked at most in the same visits. */
export const lookedTogether = ({ histories, deeds }: Known, held: ReadonlySet<number>): Map<number, Set<number>> => {
  const counts = new Map<number, Map<number, number>>();
  const visit = (looked: readonly number[]) => {
    for (const item of looked) {
      if (!held.has(item)) continue;
      const row = counts.get(item) ?? new Map<number, number>();
      counts.set(item, row);
      for (const other of looked) if (other !== item) row.set(other, (row.get(other) ?? 0) + 1);
    }
  };
  for (const history of histories) {
    let looked: number[] = [];
    history.forEach((deed, at) => {
      if (deeds.types[deed] === VIEW) looked.push(deeds.items[deed] as number);
      const next = deeds.times[history[at + 1] ?? -1] ?? Infinity;
      if (next - (deeds.times[deed] as number) <= VISIT_MS) return;
      visit(looked);
      looked = [];
    });
  }
  return new Map(
    [...counts]
      .filter(([, row]) => row.size > 0)
      .map(([item, row]) => [
        item,
        new Set(
          [...row]
            .sort(([a, m], [b, n]) => n - m || a - b)
            .slice(0, K)
            .map(([other]) => other),
        ),
      ]),
  );
};

/** The three looks after a purchase. */
export const boughtThenLooked = (
  { histories, deeds, items }: Known,
  isHeldOut: (item: number) => boolean,
): SparseRows => {
  const rows = items.map(() => new Map<number, number>());
  for (const history of histories)
    history.forEach((deed, at) => {
      const bought = deeds.items[deed] as number;
      if (deeds.types[deed] !== PURCHASE || isHeldOut(bought)) return;
      const after = history.subarray(at + 1).filter((next) => deeds.types[next] === VIEW);
      for (const next of after.subarray(0, 3)) {
        const item = deeds.items[next] as number;
        if (item === bought || isHeldOut(item)) continue;
        rows[bought]?.set(item, (rows[bought]?.get(item) ?? 0) + 1);
      }
    });
  return sparseOf(rows);
};
