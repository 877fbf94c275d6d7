/** What each group of features is worth: a model that reads it without it, everything else the same. */
import { featureGroups } from '@nextcart/models';
import type { QualityBench, QualityContext, QualityRow } from '../quality-bench.ts';
import { type BagOptions, BY_TYPE } from './bags.ts';
import { collectLog } from './collect-log.ts';
import { bySubject, deciding, gainAt, K, rankIn, visitLooks } from './measure.ts';
import { NEEDS, needsOf } from './needs-rows.ts';
import { fitRecurrent, type RecurrentSettings } from './recurrent-part.ts';
import { recurrentSettings, vaeSettings } from './settings.ts';
import type { Period, ShopLog } from './shop-log.ts';
import type { ShopPart } from './shop-part.ts';
import { simulatedSource } from './simulated-source.ts';
import { smallShop, wholeShop } from './sizes.ts';
import { fitVae, type VaeSettings } from './vae-part.ts';

const metricOf = (name: string) => `NDCG@${K} ${name}`;
const lost = (name: string) => `lost, ${name}`;
const LESS = 'with all groups less by this row, by subject: above 0, what the row lacks is worth something';
/** Told the day of the week beside all groups, as the pipeline's model is. */
const WITH_WEEKDAY = 'all groups, and the weekday';
const RECURRENT_EPOCHS = { quick: 2, whole: 4 };
const VAE_EPOCHS = { quick: 15, whole: 20 };

export const ablationBench: QualityBench = {
  name: 'shop-ablation',
  about: 'what each group of features is worth to the recurrent model and the autoencoder on the simulated shop',
  metrics: {
    ...Object.fromEntries(
      deciding.flatMap((name) => [
        [metricOf(name), `as in quality:shop, on the looks of '${name}'`],
        [lost(name), LESS],
      ]),
    ),
    [NEEDS]: 'as in quality:shop; of the autoencoder',
    [lost(NEEDS)]: LESS,
  },
  published: [],
  missing: () => undefined,
  run: async (context) => {
    const size = context.quick ? smallShop : wholeShop;
    const log = collectLog(await simulatedSource({ ...size, seed: context.seed }), size);
    const rows = [
      ...(await compared('recurrent', recurrentVariants(context.quick), (settings) =>
        ofRecurrent(log, settings, context),
      )),
      ...(await compared('autoencoder', vaeVariants(context.quick), (settings) => ofVae(log, settings, context))),
    ];
    const deeds = log.test.known.deeds.times.length;
    return { n: { people: size.users, items: size.items, days: size.days, deeds }, rows, choices: [], curves: [] };
  },
};

type Variants<S> = readonly (readonly [name: string, settings: S])[];
/** Without a name yet. */
type Measured = Pick<QualityRow, 'subjects' | 'settings' | 'seconds'>;

/** The first of the variants has all groups. */
const compared = async <S>(
  model: string,
  variants: Variants<S>,
  measure: (settings: S) => Promise<Measured>,
): Promise<QualityRow[]> => {
  const rows: QualityRow[] = [];
  for (const [name, settings] of variants) {
    const row = { name: `${model}, ${name}`, kind: 'part' as const, ...(await measure(settings)) };
    const [all] = rows;
    rows.push(all ? { ...row, subjects: { ...row.subjects, ...differences(all, row) } } : row);
  }
  return rows;
};

const recurrentVariants = (quick: boolean): Variants<RecurrentSettings> => {
  const all = { ...recurrentSettings, ...(quick && { width: 32, blocks: 1, lanes: 10 }) };
  return [
    ['all groups', all],
    [WITH_WEEKDAY, { ...all, hasWeekday: true }],
    ...featureGroups.map((group) => [`without ${group}`, { ...all, groups: without(featureGroups, group) }] as const),
  ];
};

const vaeVariants = (quick: boolean): Variants<VaeSettings> => {
  const all = { ...vaeSettings, ...(quick && { hidden: 128, latent: 64, batch: 100 }) };
  const changes: readonly (readonly [name: string, change: Partial<BagOptions>])[] = [
    ['without time', { halfLifeDays: Infinity }],
    ['without content', { fields: new Set(['search']) }],
    ['without search', { fields: new Set(['content']) }],
    ['all groups, deeds weighed by type', { types: BY_TYPE }],
  ];
  return [
    ['all groups', all],
    ...changes.map(([name, change]) => [name, { ...all, bags: { ...all.bags, ...change } }] as const),
  ];
};

const without = <G>(groups: readonly G[], group: G): ReadonlySet<G> => new Set(groups.filter((one) => one !== group));

const ofRecurrent = async (log: ShopLog, settings: RecurrentSettings, context: QualityContext): Promise<Measured> => {
  const startedAt = performance.now();
  const epochs = context.quick ? RECURRENT_EPOCHS.quick : RECURRENT_EPOCHS.whole;
  const { part } = await fitRecurrent(log.test.known, settings, { epochs }, context);
  const subjects = await gainsOf(part, log.test, context);
  await part.close();
  return { subjects, settings: `${epochs} epochs`, seconds: (performance.now() - startedAt) / 1000 };
};

const ofVae = async (log: ShopLog, settings: VaeSettings, context: QualityContext): Promise<Measured> => {
  const startedAt = performance.now();
  const epochs = context.quick ? VAE_EPOCHS.quick : VAE_EPOCHS.whole;
  const { part } = await fitVae(log.test.known, settings, { epochs }, context);
  const subjects = { ...(await gainsOf(part, log.test, context)), [NEEDS]: await needsOf(log, part, context.seed) };
  await part.close();
  return { subjects, settings: `${epochs} epochs`, seconds: (performance.now() - startedAt) / 1000 };
};

/** NDCG@20 by subject, of each deciding task. */
const gainsOf = async (
  part: ShopPart,
  { known, tasks }: Period,
  { signal }: QualityContext,
): Promise<Record<string, Float64Array>> => {
  const subjects: Record<string, Float64Array> = {};
  for (const task of tasks) {
    if (!deciding.some((one) => one === task.name)) continue;
    const gains: number[] = [];
    await visitLooks(task.looks, [part], known.items.length, { signal }, (look, [scores]) => {
      gains.push(gainAt(rankIn(scores as Float32Array, look)));
    });
    subjects[metricOf(task.name)] = bySubject(task, gains);
  }
  return subjects;
};

const differences = (all: QualityRow, row: QualityRow): Record<string, Float64Array> =>
  Object.fromEntries(
    [...deciding.map((name) => [lost(name), metricOf(name)] as const), [lost(NEEDS), NEEDS] as const].flatMap(
      ([name, metric]) => {
        const [whole, own] = [all.subjects[metric], row.subjects[metric]];
        return whole && own ? [[name, whole.map((value, at) => value - (own[at] as number))]] : [];
      },
    ),
  );
