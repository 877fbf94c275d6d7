/** Rows about what a subject did before: own items, and what people look at after what was bought. */
import { cosineWeights } from '@nextcart/models';
import { sparseOf } from './bags.ts';
import { gridRecipe, type Setting } from './grid.ts';
import { CART, type Known, PURCHASE, VIEW } from './shop-log.ts';
import { plainShopPart, type ShopRecipe } from './shop-part.ts';

const DAY_MS = 86_400_000;

/** Items of one's own, weighed by what was done with them; a deed counts half after so many others. */
const ownItems = (half: number, bought: number): Setting => ({
  settings: `half after ${half} deeds, a purchase counts ${bought}`,
  fit: ({ items, deeds }) =>
    plainShopPart(items.length, ({ history }, into) => {
      history.forEach((deed, at) => {
        const item = deeds.items[deed] as number;
        if (item < 0) return;
        const type = deeds.types[deed];
        const worth = type === PURCHASE ? bought : type === CART ? 2 : 1;
        into[item] = (into[item] as number) + worth * 2 ** (-(history.length - 1 - at) / half);
      });
    }),
});

/** Looks after a purchase, as damped cosines; the newest purchases of the subject speak. */
const afterPurchase = (reach: number, purchases: number, damping: number): Setting => ({
  settings: `${reach} looks after it, the last ${purchases} purchases, damping ${damping}`,
  fit: ({ items, deeds, histories }: Known) => {
    const counts = items.map(() => new Map<number, number>());
    for (const history of histories)
      history.forEach((deed, at) => {
        if (deeds.types[deed] !== PURCHASE) return;
        const row = counts[deeds.items[deed] as number] as Map<number, number>;
        let looks = 0;
        for (let next = at + 1; next < history.length && looks < reach; next += 1) {
          const later = history[next] as number;
          if (deeds.types[later] !== VIEW) continue;
          if ((deeds.times[later] as number) - (deeds.times[deed] as number) > COMPLETING_DAYS * DAY_MS) break;
          const item = deeds.items[later] as number;
          row.set(item, (row.get(item) ?? 0) + 1 / (1 + looks));
          looks += 1;
        }
      });
    const graph = sparseOf(counts);
    const cosines = cosineWeights(graph, damping);
    return plainShopPart(items.length, ({ history, at }, into) => {
      let found = 0;
      let looks = 0;
      for (let place = history.length - 1; place >= 0 && found < purchases; place -= 1) {
        const deed = history[place] as number;
        if (at - (deeds.times[deed] as number) > COMPLETING_DAYS * DAY_MS) return;
        if (deeds.types[deed] === VIEW) looks += 1;
        if (deeds.types[deed] !== PURCHASE) continue;
        found += 1;
        const item = deeds.items[deed] as number;
        for (let entry = graph.rowStart[item] as number; entry < (graph.rowStart[item + 1] as number); entry += 1) {
          const other = graph.columns[entry] as number;
          into[other] = (into[other] as number) + (cosines[entry] as number) / (1 + looks);
        }
      }
    });
  },
});

/** A purchase speaks for so long. */
const COMPLETING_DAYS = 14;

export const ownDeeds = (quick: boolean): ShopRecipe[] => {
  const row = (name: string, kind: ShopRecipe['kind'], grid: readonly Setting[]) =>
    gridRecipe(name, kind, quick ? grid.slice(0, 1) : grid);
  return [
    row('own items', 'baseline', [ownItems(5, 3), ownItems(20, 3), ownItems(20, 10), ownItems(2, 3)]),
    row('after a purchase', 'part', [
      afterPurchase(4, 2, 5),
      afterPurchase(4, 2, 1),
      afterPurchase(2, 2, 5),
      afterPurchase(10, 2, 5),
    ]),
  ];
};
