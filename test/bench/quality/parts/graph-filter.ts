import {
  createGraphFilterScorer,
  type GraphFilterOptions,
  type GraphSpectrum,
  graphFilter,
  graphSpectrum,
  type SparseRows,
} from '@nextcart/models';
import { BATCH, qualityOf } from '../measure.ts';
import type { QualityContext } from '../quality-bench.ts';
import { type BagsOf, type Behaviour, bestOf, type Part, type Recipe } from '../recipe.ts';

export interface GraphFilterGrid<B extends Behaviour> {
  /** By what the table calls them. */
  readonly bags: Readonly<Record<string, BagsOf<B>>>;
  readonly rank: number;
  readonly alpha: readonly number[];
  readonly sharpening: readonly number[];
  readonly keep: readonly number[];
}

interface Settings<B extends Behaviour> {
  readonly bags: string;
  readonly bagsOf: BagsOf<B>;
  readonly alpha: number;
  readonly sharpening: number;
  readonly keep: number;
}

/**
 * The rank is given: more singular vectors are better, and cost more. The others are chosen one after the other, each
 * from the first of its list.
 */
export const graphFilterRecipe = <B extends Behaviour>(name: string, grid: GraphFilterGrid<B>): Recipe<B> => ({
  name,
  kind: 'part',
  choose: async ({ fit, tasks }, context) => {
    const spectra = new Map<string, GraphSpectrum>();
    for (const [bags, bagsOf] of Object.entries(grid.bags))
      spectra.set(bags, await spectrumOf(bagsOf(fit), fit.items, grid.rank, context));
    const fitted = (settings: Settings<B>) =>
      partOf(settings.bagsOf(fit), spectra.get(settings.bags) as GraphSpectrum, settings, context);
    const tried: (Settings<B> & { readonly settings: string; readonly quality: number })[] = [];
    const tryOut = async (given: Settings<B>) => {
      const part = await fitted(given);
      tried.push({ ...given, settings: describe(grid.rank, given), quality: await qualityOf(tasks, part) });
      await part.close();
      context.log(`${name}: ${tried.at(-1)?.settings}: ${tried.at(-1)?.quality.toFixed(4)}`);
    };
    const [alpha = 0, ...alphas] = grid.alpha;
    const [keep = fit.items, ...keeps] = grid.keep;
    const [sharpening = 0, ...sharpenings] = grid.sharpening;
    for (const [bags, bagsOf] of Object.entries(grid.bags)) await tryOut({ bags, bagsOf, alpha, keep, sharpening });
    for (const [key, others] of [
      ['sharpening', sharpenings],
      ['alpha', alphas],
      ['keep', keeps],
    ] as const) {
      const start = bestOf(tried);
      for (const other of others) await tryOut({ ...start, [key]: other });
    }
    const best = bestOf(tried);
    return {
      choice: {
        part: name,
        tried: tried.map(({ settings, quality }) => ({ settings, quality })),
        chosen: best.settings,
      },
      part: await fitted(best),
      refit: async (all) => {
        const bags = best.bagsOf(all);
        return partOf(bags, await spectrumOf(bags, all.items, grid.rank, context), best, context);
      },
    };
  },
});

const describe = (
  rank: number,
  {
    bags,
    alpha,
    sharpening,
    keep,
  }: { readonly bags: string } & Pick<GraphFilterOptions, 'alpha' | 'sharpening' | 'keep'>,
): string => `${bags}, rank ${rank}, alpha ${alpha}, sharpening ${sharpening}, ${keep} a row`;

const spectrumOf = async (
  bags: SparseRows,
  items: number,
  rank: number,
  { seed, threads, signal, progress }: QualityContext,
): Promise<GraphSpectrum> => {
  const bar = progress('singular vectors', 100, '%');
  const onProgress = (share: number) => bar.at(Math.round(100 * share));
  const spectrum = await graphSpectrum(bags, items, { rank, seed, threads, signal, onProgress });
  bar.done();
  return spectrum;
};

const partOf = async (
  bags: SparseRows,
  spectrum: GraphSpectrum,
  { alpha, sharpening, keep }: Pick<GraphFilterOptions, 'alpha' | 'sharpening' | 'keep'>,
  { threads }: QualityContext,
): Promise<Part> => {
  const filter = await graphFilter(spectrum, { alpha, sharpening, keep, threads });
  const scorer = await createGraphFilterScorer(filter, { batch: BATCH, threads });
  return { score: (users) => scorer.score(bags, users), close: scorer.close };
};
