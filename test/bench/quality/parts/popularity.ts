import { qualityOf } from '../measure.ts';
import { type Behaviour, bestOf, plainPart, type Recipe } from '../recipe.ts';

/** Popularity [items] by what the table calls it. */
export type PopularityGrid<B extends Behaviour> = Readonly<Record<string, (behaviour: B) => Float32Array>>;

/** The same list for everybody. */
export const popularityRecipe = <B extends Behaviour>(name: string, grid: PopularityGrid<B>): Recipe<B> => ({
  name,
  kind: 'baseline',
  choose: async ({ fit, tasks }) => {
    const tried = [];
    for (const [settings, of] of Object.entries(grid))
      tried.push({ settings, of, quality: await qualityOf(tasks, partOf(of(fit))) });
    const { settings, of } = bestOf(tried);
    return {
      choice: { part: name, tried: tried.map(({ settings, quality }) => ({ settings, quality })), chosen: settings },
      part: partOf(of(fit)),
      refit: (all) => Promise.resolve(partOf(of(all))),
    };
  },
});

const partOf = (popularity: Float32Array) =>
  plainPart(popularity.length, (users, into) =>
    users.forEach((_, place) => into.set(popularity, place * popularity.length)),
  );
