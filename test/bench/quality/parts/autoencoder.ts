import {
  type AutoencoderOptions,
  type AutoencoderShape,
  createAutoencoderScorer,
  createAutoencoderTraining,
  train,
} from '@nextcart/models';
import { BATCH, qualityOf } from '../measure.ts';
import type { QualityContext } from '../quality-bench.ts';
import { type BagsOf, type Behaviour, bestOf, type NamedTask, type Part, type Recipe } from '../recipe.ts';

export interface AutoencoderSettings<B extends Behaviour>
  extends Omit<AutoencoderOptions, 'seed' | 'threads' | 'epochs'>,
    Pick<AutoencoderShape, 'hidden' | 'latent' | 'depth'> {
  readonly bagsOf: BagsOf<B>;
}

export interface AutoencoderGrid<B extends Behaviour> {
  /** By what the table calls them. */
  readonly settings: Readonly<Record<string, AutoencoderSettings<B>>>;
  /** Epochs for each of them, where there are several. */
  readonly tryEpochs: number;
  /** Epochs of the one that is chosen; the best of them by validation counts. */
  readonly epochs: number;
}

/** RecVAE: trained for as many epochs on everything as were best on the validation. */
export const autoencoderRecipe = <B extends Behaviour>(grid: AutoencoderGrid<B>): Recipe<B> => ({
  name: 'VAE',
  kind: 'part',
  choose: async ({ fit, tasks }, context) => {
    const candidates = Object.entries(grid.settings);
    const tried = [];
    if (candidates.length > 1)
      for (const [settings, options] of candidates) {
        const { part, quality } = await fitOn(fit, options, { ...grid, epochs: grid.tryEpochs }, context, tasks);
        await part.close();
        tried.push({ settings, quality: Math.max(...quality) });
      }
    const name = tried.length > 0 ? bestOf(tried).settings : (candidates[0]?.[0] ?? '');
    const options = grid.settings[name] as AutoencoderSettings<B>;
    const { part, quality, epochs } = await fitOn(fit, options, grid, context, tasks);
    return {
      choice: {
        part: 'VAE',
        tried: [
          ...tried.map(({ settings, quality }) => ({ settings: `${settings}, ${grid.tryEpochs} epochs`, quality })),
          { settings: `${name}, ${epochs} epochs of ${grid.epochs}`, quality: Math.max(...quality) },
        ],
        chosen: `${name}, ${epochs} epochs of ${grid.epochs}`,
      },
      curve: { name: 'VAE', quality },
      part,
      refit: async (all) => (await fitOn(all, options, { ...grid, stopAfter: epochs }, context)).part,
    };
  },
});

interface Fitted {
  readonly part: Part;
  /** After each epoch. */
  readonly quality: readonly number[];
  /** Up to the best. */
  readonly epochs: number;
}

/** With tasks, the weights of the best epoch; without, those of the last. The rate falls over `epochs` in either case. */
const fitOn = async <B extends Behaviour>(
  behaviour: B,
  { hidden, latent, depth, bagsOf, ...options }: AutoencoderSettings<B>,
  { epochs, stopAfter = epochs }: { readonly epochs: number; readonly stopAfter?: number },
  { seed, threads, signal, progress, log }: QualityContext,
  tasks?: readonly NamedTask[],
): Promise<Fitted> => {
  const { items } = behaviour;
  const bags = bagsOf(behaviour);
  const shape = { columns: items, items, hidden, latent, depth };
  const training = createAutoencoderTraining({ inputs: bags, targets: bags }, shape, {
    ...options,
    seed,
    threads,
    epochs,
  });
  const partOf = async (): Promise<Part> => {
    const scorer = await createAutoencoderScorer(training.model, { batch: BATCH, threads });
    return { score: async (users) => (await scorer.score(bags, users)).scores, close: scorer.close };
  };
  const quality: number[] = [];
  const bar = progress('VAE', stopAfter * training.stepsPerEpoch, 'steps');
  const outcome = await train(training, {
    epochs: stopAfter,
    signal,
    onProgress: ({ epoch, step, stepsPerEpoch }) => bar.at(epoch * stepsPerEpoch + step),
    ...(tasks && {
      validate: async (epoch) => {
        const part = await partOf();
        quality.push(await qualityOf(tasks, part));
        await part.close();
        log(`VAE: validation after epoch ${epoch + 1}: ${quality.at(-1)?.toFixed(4)}`);
        return quality.at(-1) as number;
      },
    }),
  });
  bar.done();
  if (outcome.kind === 'stopped') throw signal.reason;
  await training.close();
  return { part: await partOf(), quality, epochs: outcome.bestEpoch + 1 };
};
