import {
  createRecurrentScorer,
  createRecurrentTraining,
  type FeatureGroup,
  FOLD_WINDOW,
  foldStart,
  foldWindows,
  type RecurrentModel,
  type RecurrentOptions,
  type RecurrentShape,
} from '@nextcart/models';
import { chooseTrained, type Trained, type TrainedGrid } from '../parts/choose-trained.ts';
import { trainLogged } from '../parts/train-logged.ts';
import type { QualityContext } from '../quality-bench.ts';
import { qualityOf } from './measure.ts';
import { type RecurrentSpace, recurrentSpace } from './recurrent-columns.ts';
import type { Known, Period } from './shop-log.ts';
import { BATCH, meanOfParts, SEEDS_APART, type ShopPart, type ShopRecipe } from './shop-part.ts';

export interface RecurrentSettings
  extends Omit<RecurrentOptions, 'seed' | 'threads' | 'epochs'>,
    Pick<RecurrentShape, 'width' | 'blocks' | 'scale' | 'lags'> {
  readonly groups: ReadonlySet<FeatureGroup>;
  /** Whether it is told the day of the week too; absent: not, as in the results that are kept. */
  readonly hasWeekday?: boolean;
  /** Of a look that ended in the cart, as a target. */
  readonly cartWeight: number;
}

const NAME = 'recurrent';

/**
 * The mean of the logits of `models`, which differ in their seed: in a small shop much of what one learns is chance. Each
 * is trained for as many epochs on everything as were best for the first on the validation.
 */
export const recurrentRow = (grid: TrainedGrid<RecurrentSettings>, models: number): ShopRecipe => ({
  name: NAME,
  kind: 'part',
  scores: 'logits',
  choose: async (validation, context) => {
    const { choice, curve, part, settings, epochs } = await chooseTrained(NAME, grid, (options, most) =>
      fitRecurrent(validation.known, options, { epochs: most }, context, validation),
    );
    const run = { epochs: grid.epochs, stopAfter: epochs };
    const fit = async (known: Known, from: number): Promise<ShopPart[]> => {
      const parts: ShopPart[] = [];
      for (let model = from; model < models; model += 1) {
        const seed = context.seed + model * SEEDS_APART;
        parts.push((await fitRecurrent(known, settings, run, { ...context, seed })).part);
      }
      return parts;
    };
    return {
      choice,
      curve,
      part: meanOfParts([part, ...(await fit(validation.known, 1))], validation.known.items.length),
      refit: async (known) => meanOfParts(await fit(known, 0), known.items.length),
    };
  },
});

export const fitRecurrent = async (
  known: Known,
  { groups, hasWeekday, cartWeight, width, blocks, scale, lags, ...options }: RecurrentSettings,
  { epochs, stopAfter = epochs }: { readonly epochs: number; readonly stopAfter?: number },
  context: QualityContext,
  validation?: Period,
): Promise<Trained<ShopPart>> => {
  const { seed, threads } = context;
  const space = recurrentSpace(known, groups, hasWeekday);
  const shape = {
    items: known.items.length,
    ...space.sizes,
    width,
    blocks,
    recurrence: 'linear',
    scale,
    lags,
  } as const;
  const sequences = known.histories.map(space.whole);
  const whole = { events: space.eventsOf(sequences), targets: space.targetsOf(sequences, cartWeight) };
  const { itemFeatures } = space;
  const data = { ...foldWindows(whole), ...(itemFeatures && { itemFeatures }) };
  const training = createRecurrentTraining(data, shape, { ...options, epochs, seed, threads });
  const validate =
    validation &&
    (async () => {
      const part = await partOf(training.model, space, threads);
      const quality = await qualityOf(validation, part, { signal: context.signal });
      await part.close();
      return quality;
    });
  const fitted = await trainLogged(NAME, training, stopAfter, context, validate);
  return { part: await partOf(training.model, space, threads), ...fitted };
};

const partOf = async (model: RecurrentModel, space: RecurrentSpace, threads: number): Promise<ShopPart> => {
  const scorer = await createRecurrentScorer(model, { batch: BATCH, threads });
  const { items } = model.shape;
  const scores = new Float32Array(BATCH * items);
  return {
    score: async (looks) => {
      const sequences = looks.map(space.before);
      const starts = Int32Array.from(sequences, ({ deeds }) => foldStart(deeds.length, FOLD_WINDOW));
      const events = space.eventsOf(sequences, starts);
      const states = await scorer.fold(events, Int32Array.from(looks.keys()));
      for (const ask of new Set(looks.map(({ ask }) => ask))) {
        const found = await scorer.score(states, ask);
        looks.forEach((look, at) => {
          if (look.ask === ask) scores.set(found.subarray(at * items, (at + 1) * items), at * items);
        });
      }
      return scores;
    },
    close: scorer.close,
  };
};
