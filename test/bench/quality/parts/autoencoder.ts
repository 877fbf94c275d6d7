import {
  type AutoencoderOptions,
  type AutoencoderShape,
  createAutoencoderScorer,
  createAutoencoderTraining,
} from '@nextcart/models';
import { BATCH, qualityOf } from '../measure.ts';
import type { QualityContext } from '../quality-bench.ts';
import type { BagsOf, Behaviour, NamedTask, Part, Recipe } from '../recipe.ts';
import { chooseTrained, longEnough, type Trained, type TrainedGrid } from './choose-trained.ts';
import { trainLogged } from './train-logged.ts';

export interface AutoencoderSettings<B extends Behaviour>
  extends Omit<AutoencoderOptions, 'seed' | 'threads' | 'epochs'>,
    Pick<AutoencoderShape, 'hidden' | 'latent' | 'depth'> {
  readonly bagsOf: BagsOf<B>;
}

export const VAE = 'VAE';

/** RecVAE: trained for as many epochs on everything as were best on the validation. */
export const autoencoderRecipe = <B extends Behaviour>(given: TrainedGrid<AutoencoderSettings<B>>): Recipe<B> => ({
  name: VAE,
  kind: 'part',
  choose: async ({ fit, tasks }, context) => {
    const [{ batch }] = Object.values(given.settings) as [AutoencoderSettings<B>];
    const grid = longEnough(given, Math.ceil((fit.bags.rowStart.length - 1) / batch));
    const { choice, curve, part, settings, epochs } = await chooseTrained(VAE, grid, (options, most) =>
      fitOn(fit, options, { epochs: most }, context, tasks),
    );
    const run = { epochs: grid.epochs, stopAfter: epochs };
    return { choice, curve, part, refit: async (all) => (await fitOn(all, settings, run, context)).part };
  },
});

/** With tasks, the weights of the best epoch; without, those of the last. The rate falls over `epochs` in either case. */
const fitOn = async <B extends Behaviour>(
  behaviour: B,
  { hidden, latent, depth, bagsOf, ...options }: AutoencoderSettings<B>,
  { epochs, stopAfter = epochs }: { readonly epochs: number; readonly stopAfter?: number },
  context: QualityContext,
  tasks?: readonly NamedTask[],
): Promise<Trained<Part>> => {
  const { seed, threads } = context;
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
    return {
      score: async (users) => (await scorer.score(bags, users)).scores,
      latents: { width: latent, of: async (users) => (await scorer.score(bags, users)).mu },
      close: scorer.close,
    };
  };
  const validate =
    tasks &&
    (async () => {
      const part = await partOf();
      const quality = await qualityOf(tasks, part);
      await part.close();
      return quality;
    });
  const fitted = await trainLogged(VAE, training, stopAfter, context, validate);
  return { part: await partOf(), ...fitted };
};
