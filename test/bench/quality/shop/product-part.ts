/**
 * What comes next, what this subject needs and what is in fashion, multiplied: p ∝ recurrent · VAE^a · trend^b. A sum of
 * parts can't say "of this category, what suits this subject"; a product of experts can (Hinton 2002).
 */
import { bestOf } from '../recipe.ts';
import type { LivePopularity } from './baselines.ts';
import { qualityOf } from './measure.ts';
import type { Look } from './shop-log.ts';
import { plainShopPart, type ShopPart, type ShopRecipe } from './shop-part.ts';

/** A recipe whose part keeps the scores of each look, so that others can read them without computing them again. */
export interface SharedRow {
  readonly recipe: ShopRecipe;
  /** The part that was fitted last. */
  part(): ShopPart;
}

export const sharedRow = (recipe: ShopRecipe, items: number): SharedRow => {
  let newest: ShopPart | undefined;
  const keep = (part: ShopPart): ShopPart => (newest = remembering(part, items));
  return {
    recipe: {
      ...recipe,
      choose: async (validation, context) => {
        const chosen = await recipe.choose(validation, context);
        return { ...chosen, part: keep(chosen.part), refit: async (all) => keep(await chosen.refit(all)) };
      },
    },
    part: () => {
      if (!newest) throw new Error(`${recipe.name} was not fitted`);
      return newest;
    },
  };
};

const remembering = (part: ShopPart, items: number): ShopPart => {
  const known = new WeakMap<Look, Float32Array>();
  return {
    score: async (looks) => {
      const fresh = looks.filter((look) => !known.has(look));
      if (fresh.length > 0) {
        const scores = await part.score(fresh);
        fresh.forEach((look, at) => known.set(look, scores.slice(at * items, (at + 1) * items)));
      }
      const all = new Float32Array(looks.length * items);
      looks.forEach((look, at) => {
        all.set(known.get(look) as Float32Array, at * items);
      });
      return all;
    },
    close: part.close,
  };
};

interface Powers {
  readonly need: number;
  readonly trend: number;
}

export const productRow = (
  recurrent: SharedRow,
  vae: SharedRow,
  popularity: LivePopularity,
  grid: readonly Powers[],
): ShopRecipe => ({
  name: 'product',
  kind: 'part',
  scores: 'logits',
  choose: async (validation, context) => {
    const { known } = validation;
    const partFor = ({ need, trend }: Powers, { items, deeds }: typeof known): ShopPart => {
      const [newest, usual] = [popularity(deeds, items.length, 2), popularity(deeds, items.length, 28)];
      const [next, needs] = [recurrent.part(), vae.part()];
      let [a, b] = [new Float32Array(0), new Float32Array(0)];
      const plain = plainShopPart(items.length, ({ at }, into, place) => {
        const [now, before] = [newest(at), usual(at)];
        for (let item = 0; item < items.length; item += 1) {
          const from = place * items.length + item;
          // a few looks say nothing yet
          const rise = ((now[item] as number) + DOUBT) / (((before[item] as number) * 2) / 28 + DOUBT);
          into[item] = (a[from] as number) + need * (b[from] as number) + trend * Math.log(rise);
        }
      });
      return {
        score: async (looks) => {
          a = (await next.score(looks)) as Float32Array<ArrayBuffer>;
          b = (await needs.score(looks)) as Float32Array<ArrayBuffer>;
          return plain.score(looks);
        },
        close: () => Promise.resolve(),
      };
    };
    const tried = [];
    for (const powers of grid) {
      const settings = `needs ^ ${powers.need}, trend ^ ${powers.trend}`;
      const quality = await qualityOf(validation, partFor(powers, known), context);
      context.log(`product, ${settings}: validation ${quality.toFixed(4)}`);
      tried.push({ powers, settings, quality });
    }
    const { powers, settings } = bestOf(tried);
    return {
      choice: {
        part: 'product',
        tried: tried.map(({ settings, quality }) => ({ settings, quality })),
        chosen: settings,
      },
      part: partFor(powers, known),
      refit: (all) => Promise.resolve(partFor(powers, all)),
    };
  },
});

/** Looks. */
const DOUBT = 5;
