import {
  type Autoencoder,
  type AutoencoderOptions,
  type AutoencoderShape,
  autoencoderDefaults,
  createAutoencoderScorer,
  createAutoencoderTraining,
} from '@nextcart/models';
import { chooseTrained, type Trained, type TrainedGrid } from '../parts/choose-trained.ts';
import { trainLogged } from '../parts/train-logged.ts';
import type { QualityContext } from '../quality-bench.ts';
import { type BagOptions, type BagSpace, bagSpace } from './bags.ts';
import { qualityOf } from './measure.ts';
import type { Known, Period } from './shop-log.ts';
import { BATCH, type ShopPart, type ShopRecipe } from './shop-part.ts';

export interface VaeSettings
  extends Pick<AutoencoderShape, 'hidden' | 'latent' | 'depth'>,
    Pick<AutoencoderOptions, 'batch' | 'dropout' | 'kl' | 'rate'> {
  readonly bags: BagOptions;
}

export interface VaePart extends ShopPart {
  /** [histories, latent]: mu of some histories as of a time. */
  latents(histories: readonly Int32Array[], at: number): Promise<Float32Array>;
  readonly latent: number;
}

/** RecVAE over bags of what subjects did, trained for as many epochs on everything as were best on the validation. */
export const vaeRow = (grid: TrainedGrid<VaeSettings>, onFitted: (part: VaePart) => Promise<unknown>): ShopRecipe => ({
  name: 'VAE',
  kind: 'part',
  scores: 'logits',
  choose: async (validation, context) => {
    const { choice, curve, part, settings, epochs } = await chooseTrained('VAE', grid, (options, most) =>
      fitVae(validation.known, options, { epochs: most }, context, validation),
    );
    const run = { epochs: grid.epochs, stopAfter: epochs };
    return {
      choice,
      curve,
      part,
      refit: async (all) => {
        const { part } = await fitVae(all, settings, run, context);
        await onFitted(part);
        return part;
      },
    };
  },
});

/** As `fitRecurrent`. */
export const fitVae = async (
  { items, deeds, histories, until }: Known,
  { bags, hidden, latent, depth, ...options }: VaeSettings,
  { epochs, stopAfter = epochs }: { readonly epochs: number; readonly stopAfter?: number },
  context: QualityContext,
  validation?: Period,
): Promise<Trained<VaePart>> => {
  const { seed, threads } = context;
  const space = bagSpace(items, deeds, bags);
  const at = new Float64Array(histories.length).fill(until);
  const shape = { columns: space.columns, items: items.length, hidden, latent, depth };
  const data = { inputs: space.bags(histories, at), targets: space.itemBags(histories, at) };
  const training = createAutoencoderTraining(data, shape, {
    ...autoencoderDefaults,
    ...options,
    seed,
    threads,
    epochs,
  });
  const validate =
    validation &&
    (async () => {
      const part = await partOf(training.model, space, threads);
      const quality = await qualityOf(validation, part, { signal: context.signal });
      await part.close();
      return quality;
    });
  const fitted = await trainLogged('VAE', training, stopAfter, context, validate);
  return { part: await partOf(training.model, space, threads), ...fitted };
};

const partOf = async (model: Autoencoder, space: BagSpace, threads: number): Promise<VaePart> => {
  const scorer = await createAutoencoderScorer(model, { batch: BATCH, threads });
  const { latent } = model.shape;
  return {
    latent,
    score: async (looks) => {
      const bags = space.bags(
        looks.map(({ history }) => history),
        looks.map(({ at }) => at),
      );
      return (await scorer.score(bags, Int32Array.from(looks.keys()))).scores;
    },
    latents: async (histories, at) => {
      const bags = space.bags(histories, new Float64Array(histories.length).fill(at));
      const all = new Float32Array(histories.length * latent);
      for (let start = 0; start < histories.length; start += BATCH) {
        const rows = Int32Array.from(
          { length: Math.min(BATCH, histories.length - start) },
          (_, place) => start + place,
        );
        const { mu } = await scorer.score(bags, rows);
        all.set(mu.subarray(0, rows.length * latent), start * latent);
      }
      return all;
    },
    close: scorer.close,
  };
};
