import { createRecurrentScorer, type EventSequences, type RecurrentModel } from '@nextcart/models';
import { BATCH, qualityOf } from '../measure.ts';
import type { QualityContext } from '../quality-bench.ts';
import type { Behaviour, Part, Recipe } from '../recipe.ts';
import { chooseTrained, longEnough, type TrainedGrid } from './choose-trained.ts';
import { fitRecurrent, type RecurrentRun, type RecurrentSettings } from './fit-recurrent.ts';

const NAME = 'recurrent';
/** Newest events that a user's state is folded from: older ones are forgotten by then. */
const WINDOW = 200;

/** Over behaviour whose bags have each user's items in the order of time. */
export const recurrentRecipe = (given: TrainedGrid<RecurrentSettings>): Recipe => ({
  name: NAME,
  kind: 'part',
  scores: 'logits',
  choose: async ({ fit, tasks }, context) => {
    const grid = longEnough(given, stepsAnEpoch(fit, given));
    const validate = async (model: RecurrentModel) => {
      const part = await partOf(model, fit, context);
      const quality = await qualityOf(tasks, part);
      await part.close();
      return quality;
    };
    const { choice, curve, part, settings, epochs } = await chooseTrained(NAME, grid, (options, most) =>
      fitOn(fit, options, { epochs: most, validate }, context),
    );
    const run = { epochs: grid.epochs, stopAfter: epochs };
    return { choice, curve, part, refit: async (all) => (await fitOn(all, settings, run, context)).part };
  },
});

/** All settings of a grid have the same lanes and times. */
const stepsAnEpoch = ({ bags: { rowStart } }: Behaviour, { settings }: TrainedGrid<RecurrentSettings>): number => {
  const [{ lanes, times }] = Object.values(settings) as [RecurrentSettings];
  let positions = 0; // the last event of a history has no next
  for (let row = 1; row < rowStart.length; row += 1)
    positions += Math.max(0, (rowStart[row] as number) - (rowStart[row - 1] as number) - 1);
  return Math.ceil(positions / (lanes * times));
};

const fitOn = async (behaviour: Behaviour, settings: RecurrentSettings, run: RecurrentRun, context: QualityContext) => {
  const { rowStart, columns } = behaviour.bags;
  const fitted = await fitRecurrent({ rowStart, items: columns }, behaviour.items, settings, run, context);
  return { ...fitted, part: await partOf(fitted.model, behaviour, context) };
};

const partOf = async (model: RecurrentModel, { bags }: Behaviour, { threads }: QualityContext): Promise<Part> => {
  const scorer = await createRecurrentScorer(model, { batch: BATCH, threads });
  return {
    score: async (users) => {
      const newest = newestOf(bags, users);
      return scorer.score(await scorer.fold(newest, Int32Array.from(users.keys())));
    },
    close: scorer.close,
  };
};

const newestOf = ({ rowStart, columns }: Behaviour['bags'], users: Int32Array): EventSequences => {
  const starts = new Int32Array(users.length + 1);
  const rows = Array.from(users, (user, at) => {
    const end = rowStart[user + 1] as number;
    const row = columns.subarray(Math.max(rowStart[user] as number, end - WINDOW), end);
    starts[at + 1] = (starts[at] as number) + row.length;
    return row;
  });
  const items = new Int32Array(starts[users.length] as number);
  rows.forEach((row, at) => {
    items.set(row, starts[at]);
  });
  return { rowStart: starts, items };
};
