import { createRecurrentScorer, type EventSequences, type RecurrentModel } from '@nextcart/models';
import { chooseTrained, type TrainedGrid } from '../parts/choose-trained.ts';
import { fitRecurrent, type RecurrentRun, type RecurrentSettings } from '../parts/fit-recurrent.ts';
import type { QualityContext } from '../quality-bench.ts';
import { packSessions } from './data.ts';
import { qualityOf } from './measure.ts';
import { BATCH, type SessionLog, type SessionPart, type SessionRecipe } from './session-part.ts';

const NAME = 'recurrent';

/** The recurrent model over the sessions: trained for as many epochs on all of them as were best on the validation. */
export const recurrentSessions = (grid: TrainedGrid<RecurrentSettings>): SessionRecipe => ({
  name: NAME,
  kind: 'part',
  scores: 'logits',
  choose: async ({ fit, validation }, context) => {
    const { items } = fit;
    const validate = async (model: RecurrentModel) => {
      const part = await partOf(model, context);
      const quality = await qualityOf(validation, part, items, context.signal);
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

const fitOn = async (
  { items, sessions }: SessionLog,
  settings: RecurrentSettings,
  run: RecurrentRun,
  context: QualityContext,
) => {
  const fitted = await fitRecurrent(sequencesOf(sessions), items, settings, run, context);
  return { ...fitted, part: await partOf(fitted.model, context) };
};

const partOf = async (model: RecurrentModel, { threads }: QualityContext): Promise<SessionPart> => {
  const scorer = await createRecurrentScorer(model, { batch: BATCH, threads });
  return {
    score: async (queries) => {
      const known = queries.map((query) => query.filter((item) => item >= 0));
      return scorer.score(await scorer.fold(sequencesOf(known), Int32Array.from(known.keys())));
    },
    close: scorer.close,
  };
};

const sequencesOf = (sessions: readonly Int32Array[]): EventSequences => {
  const { rowStart, columns } = packSessions(sessions);
  return { rowStart, items: columns };
};
