import { createUserNeighbours, type Neighbours } from '@nextcart/models';
import { BATCH, qualityOf } from '../measure.ts';
import type { QualityContext } from '../quality-bench.ts';
import { type Behaviour, bestOf, type Part, type PartsByName, plainPart, type Recipe } from '../recipe.ts';
import { VAE } from './autoencoder.ts';

export interface UserNeighbourGrid {
  readonly k: readonly number[];
  /** Of a neighbour's cosine. */
  readonly power: readonly number[];
}

interface Settings {
  readonly k: number;
  readonly power: number;
}

/** What users have whose mu, by the VAE before it, is near the user's: Σ cos^power of the k nearest that have the item. */
export const userNeighboursRecipe = (grid: UserNeighbourGrid): Recipe => ({
  name: 'user-kNN over latents',
  kind: 'part',
  choose: async ({ fit, tasks }, context, before) => {
    const latents = await latentsOf(fit, before);
    const tried: (Settings & { readonly settings: string; readonly quality: number })[] = [];
    for (const k of grid.k)
      for (const power of grid.power) {
        const part = await partOf(fit, latents, { k, power }, context);
        tried.push({ k, power, settings: `k ${k}, cosine^${power}`, quality: await qualityOf(tasks, part) });
        await part.close();
        context.log(`user-kNN over latents: ${tried.at(-1)?.settings}: ${tried.at(-1)?.quality.toFixed(4)}`);
      }
    const best = bestOf(tried);
    return {
      choice: {
        part: 'user-kNN over latents',
        tried: tried.map(({ settings, quality }) => ({ settings, quality })),
        chosen: best.settings,
      },
      part: await partOf(fit, latents, best, context),
      refit: async (all, before) => partOf(all, await latentsOf(all, before), best, context),
    };
  },
});

interface Latents {
  /** [users, width]. */
  readonly values: Float32Array;
  readonly width: number;
}

const latentsOf = async ({ bags }: Behaviour, before: PartsByName): Promise<Latents> => {
  const latents = before.get(VAE)?.latents;
  if (latents === undefined) throw new Error(`no ${VAE} in front of the row of its neighbours`);
  const { width, of } = latents;
  const users = Int32Array.from({ length: bags.rowStart.length - 1 }, (_, user) => user);
  const values = new Float32Array(users.length * width);
  for (let start = 0; start < users.length; start += BATCH) {
    const some = users.subarray(start, start + BATCH);
    values.set((await of(some)).subarray(0, some.length * width), start * width);
  }
  return { values, width };
};

const partOf = async (
  { items, bags }: Behaviour,
  { values, width }: Latents,
  { k, power }: Settings,
  { threads }: QualityContext,
): Promise<Part> => {
  const neighbours = await createUserNeighbours(values, width, { k, batch: BATCH, threads });
  let found: readonly Neighbours[] = [];
  const plain = plainPart(items, (users, into) => {
    into.fill(0, 0, users.length * items);
    found.forEach(({ rows, cosines }, place) =>
      rows.forEach((row, at) => {
        const weight = Math.max(0, cosines[at] as number) ** power;
        for (let entry = bags.rowStart[row] as number; entry < (bags.rowStart[row + 1] as number); entry += 1) {
          const to = place * items + (bags.columns[entry] as number);
          into[to] = (into[to] as number) + weight;
        }
      }),
    );
  });
  return {
    score: async (users) => {
      const queries = new Float32Array(users.length * width);
      users.forEach((user, place) => {
        queries.set(values.subarray(user * width, (user + 1) * width), place * width);
      });
      found = await neighbours.nearest(queries, users);
      return plain.score(users);
    },
    close: neighbours.close,
  };
};
