import type { SparseRows } from '@nextcart/models';
import { qualityOf } from '../measure.ts';
import { type BagsOf, type Behaviour, bestOf, plainPart, type Recipe } from '../recipe.ts';

/** Below every weight of a bag: decides among equals and fills the list up. */
const TIE = 1e-3;

/** What a user had most often comes first, then what is popular. */
export const ownFrequencyRecipe = <B extends Behaviour>(
  name: string,
  grid: Readonly<Record<string, BagsOf<B>>>,
): Recipe<B> => ({
  name,
  kind: 'baseline',
  choose: async ({ fit, tasks }) => {
    const tried = [];
    for (const [settings, bagsOf] of Object.entries(grid))
      tried.push({ settings, bagsOf, quality: await qualityOf(tasks, partOf(bagsOf(fit), fit)) });
    const { settings, bagsOf } = bestOf(tried);
    return {
      choice: { part: name, tried: tried.map(({ settings, quality }) => ({ settings, quality })), chosen: settings },
      part: partOf(bagsOf(fit), fit),
      refit: (all) => Promise.resolve(partOf(bagsOf(all), all)),
    };
  },
});

const partOf = ({ rowStart, columns, weights }: SparseRows, { items, recent }: Behaviour) => {
  const most = Math.max(1, ...recent);
  const popular = recent.map((count) => (TIE * count) / most);
  return plainPart(items, (users, into) =>
    users.forEach((user, place) => {
      into.set(popular, place * items);
      for (let at = rowStart[user] as number; at < (rowStart[user + 1] as number); at += 1) {
        const to = place * items + (columns[at] as number);
        into[to] = (into[to] as number) + (weights[at] as number);
      }
    }),
  );
};
