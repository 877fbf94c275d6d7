import {
  addCosines,
  type ContentItem,
  type ContentSpace,
  fitContentSpace,
  itemFields,
  type SparseRows,
} from '@nextcart/models';
import { qualityOf } from '../measure.ts';
import type { QualityContext } from '../quality-bench.ts';
import { type BagsOf, type Behaviour, bestOf, plainPart, type Recipe } from '../recipe.ts';

/** Columns that words are hashed into. */
const BUCKETS = 4096;

export interface ContentGrid<B extends Behaviour> {
  /** By what the table calls them: what a user has, and how much it counts. */
  readonly bags: Readonly<Record<string, BagsOf<B>>>;
  readonly width: readonly number[];
  /** Of the ridge. */
  readonly lambda: readonly number[];
}

interface Settings<B extends Behaviour> {
  readonly bags: string;
  readonly bagsOf: BagsOf<B>;
  readonly width: number;
  readonly lambda: number;
}

/**
 * What resembles what a user has: cosine with the sum of its places in the content space, each item placed by what is
 * said of it alone, as one that nobody had yet would be. Each setting is chosen after the other.
 */
export const contentRecipe = <B extends Behaviour>(items: readonly ContentItem[], grid: ContentGrid<B>): Recipe<B> => {
  const fields = itemFields(items, { buckets: BUCKETS });
  return {
    name: 'content',
    kind: 'baseline',
    choose: async ({ fit, tasks }, context) => {
      const tried: (Settings<B> & { readonly settings: string; readonly quality: number })[] = [];
      const tryOut = async (given: Settings<B>) => {
        const part = partOf(given.bagsOf(fit), await spaceOf(fields, fit.bags, given, context));
        const settings = `${given.bags}, width ${given.width}, lambda ${given.lambda}`;
        tried.push({ ...given, settings, quality: await qualityOf(tasks, part) });
        context.log(`content: ${settings}: ${tried.at(-1)?.quality.toFixed(4)}`);
      };
      const [width = 64, ...widths] = grid.width;
      const [lambda = 1, ...lambdas] = grid.lambda;
      for (const [bags, bagsOf] of Object.entries(grid.bags)) await tryOut({ bags, bagsOf, width, lambda });
      const byBags = bestOf(tried);
      for (const other of widths) await tryOut({ ...byBags, width: other });
      const byWidth = bestOf(tried);
      for (const other of lambdas) await tryOut({ ...byWidth, lambda: other });
      const best = bestOf(tried);
      const fitOn = async (behaviour: B) =>
        partOf(best.bagsOf(behaviour), await spaceOf(fields, behaviour.bags, best, context));
      return {
        choice: {
          part: 'content',
          tried: tried.map(({ settings, quality }) => ({ settings, quality })),
          chosen: best.settings,
        },
        part: await fitOn(fit),
        refit: fitOn,
      };
    },
  };
};

const NO_QUERIES: SparseRows = {
  rowStart: Int32Array.of(0),
  columns: new Int32Array(0),
  weights: new Float32Array(0),
};

const spaceOf = (
  fields: SparseRows,
  sessions: SparseRows,
  { width, lambda }: Pick<Settings<Behaviour>, 'width' | 'lambda'>,
  { seed, threads }: QualityContext,
): Promise<ContentSpace> =>
  fitContentSpace(
    { itemFields: fields, queryFields: NO_QUERIES, columns: BUCKETS, sessions, clicks: NO_QUERIES },
    { width, lambda, doubt: Number.POSITIVE_INFINITY, seed, threads },
  );

const partOf = ({ rowStart, columns, weights }: SparseRows, { items: places, width }: ContentSpace) => {
  const items = places.length / width;
  return plainPart(items, (users, into) => {
    into.fill(0, 0, users.length * items);
    users.forEach((user, place) => {
      const profile = new Float32Array(width);
      for (let at = rowStart[user] as number; at < (rowStart[user + 1] as number); at += 1)
        for (let d = 0; d < width; d += 1)
          profile[d] =
            (profile[d] as number) + (weights[at] as number) * (places[(columns[at] as number) * width + d] as number);
      addCosines(profile, { items: places, width }, 1, into.subarray(place * items, (place + 1) * items));
    });
  });
};
