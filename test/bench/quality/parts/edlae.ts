import { fitEdlae, keepStrongest, type SparseRows, scoreLinear } from '@nextcart/models';
import { qualityOf } from '../measure.ts';
import { type QualityContext } from '../quality-bench.ts';
import { type BagsOf, type Behaviour, bestOf, plainPart, type Recipe, type Split } from '../recipe.ts';
import { mostPopular, restrictColumns, restrictSplit, spreadRows } from '../restrict.ts';

export interface EdlaeGrid<B extends Behaviour> {
  /** By what the table calls them; the first where items have to be left out. */
  readonly bags: Readonly<Record<string, BagsOf<B>>>;
  readonly lambda: readonly number[];
  readonly dropout: readonly number[];
  /** Weights of a row that are kept. */
  readonly keep: readonly number[];
  /** It is fitted on so many items, the most popular ones; the others have no scores. An inverse takes the cube of it. */
  readonly items: number;
  /** lambda and dropout are chosen on so many of them. */
  readonly searchItems: number;
}

interface Settings<B extends Behaviour> {
  readonly bags: string;
  readonly bagsOf: BagsOf<B>;
  readonly lambda: number;
  readonly dropout: number;
}

/** Each setting is chosen after the other, from the first of its list; how many weights are kept comes last. */
export const edlaeRecipe = <B extends Behaviour>(grid: EdlaeGrid<B>): Recipe<B> => ({
  name: 'EDLAE',
  kind: 'part',
  choose: async (split, context) => {
    const keep = Math.max(...grid.keep);
    const isSmaller = split.fit.items > grid.searchItems;
    const { tried, best } = isSmaller
      ? await search(
          restrictSplit(split, mostPopular(split.fit, grid.searchItems)),
          { ...grid, bags: { binary: ({ bags }: Behaviour) => bags }, keep },
          context,
        )
      : await search(split, { ...grid, keep }, context);
    const bagsOf = grid.bags[best.bags] as BagsOf<B>;
    const { lambda, dropout } = best;
    const fitWhole = async (behaviour: B, width: number) => {
      const kept = mostPopular(behaviour, Math.min(grid.items, behaviour.items));
      const bags = restrictColumns(bagsOf(behaviour), kept, behaviour.items);
      return spreadRows(
        await fitOn(bags, kept.length, { lambda, dropout, keep: width }, context),
        kept,
        behaviour.items,
      );
    };
    const { fit, tasks } = split;
    const widest = await fitWhole(fit, keep);
    const widths = [];
    for (const few of grid.keep) {
      const part = partOf(bagsOf(fit), keepStrongest(widest, few));
      widths.push({ keep: few, part, settings: `${few} a row`, quality: await qualityOf(tasks, part) });
      context.log(`EDLAE: ${few} a row: ${widths.at(-1)?.quality.toFixed(4)}`);
    }
    const width = bestOf(widths);
    return {
      choice: {
        part: 'EDLAE',
        tried: [...tried, ...widths].map(({ settings, quality }) => ({ settings, quality })),
        chosen: `${best.bags}, ${Math.min(grid.items, fit.items)} items, lambda ${lambda}, p ${dropout}, ${width.keep} a row`,
      },
      part: width.part,
      refit: async (all) => partOf(bagsOf(all), await fitWhole(all, width.keep)),
    };
  },
});

const search = async <B extends Behaviour>(
  { fit, tasks }: Split<B>,
  grid: Pick<EdlaeGrid<B>, 'bags' | 'lambda' | 'dropout'> & { readonly keep: number },
  context: QualityContext,
) => {
  const tried: (Settings<B> & { readonly settings: string; readonly quality: number })[] = [];
  const tryOut = async (given: Settings<B>) => {
    const { bags, bagsOf, lambda, dropout } = given;
    const model = await fitOn(bagsOf(fit), fit.items, { lambda, dropout, keep: grid.keep }, context);
    const settings = `${bags}, lambda ${lambda}, p ${dropout} on ${fit.items} items`;
    tried.push({ ...given, settings, quality: await qualityOf(tasks, partOf(bagsOf(fit), model)) });
    context.log(`EDLAE: ${settings}: ${tried.at(-1)?.quality.toFixed(4)}`);
  };
  const [dropout = 0, ...dropouts] = grid.dropout;
  const starts = Object.entries(grid.bags).flatMap(([bags, bagsOf]) =>
    grid.lambda.map((lambda): Settings<B> => ({ bags, bagsOf, lambda, dropout })),
  );
  const [only] = starts;
  if (only !== undefined && starts.length === 1 && dropouts.length === 0) return { tried, best: only };
  for (const start of starts) await tryOut(start);
  const first = bestOf(tried);
  for (const other of dropouts) await tryOut({ ...first, dropout: other });
  return { tried, best: bestOf(tried) };
};

const fitOn = async (
  bags: SparseRows,
  items: number,
  settings: { readonly lambda: number; readonly dropout: number; readonly keep: number },
  context: QualityContext,
): Promise<SparseRows> => {
  const progress = context.progress(`EDLAE, ${items} items`, 100, '%');
  const { threads, signal } = context;
  const onProgress = (share: number) => progress.at(Math.round(100 * share));
  const model = await fitEdlae(bags, items, { ...settings, threads, signal, onProgress });
  progress.done();
  return model;
};

const partOf = (bags: SparseRows, model: SparseRows) =>
  plainPart(model.rowStart.length - 1, (users, into) => scoreLinear(model, bags, users, into));
