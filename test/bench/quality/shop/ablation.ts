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
    const epochsOf = ({ quick, whole }: typeof VAE_EPOCHS) => (context.quick ? quick : whole);
    const recurrent = {
      model: 'recurrent',
      epochs: epochsOf(RECURRENT_EPOCHS),
      variants: recurrentVariants(context.quick),
    };
    const vae = { model: 'autoencoder', epochs: epochsOf(VAE_EPOCHS), variants: vaeVariants(context.quick) };
    const rows = [
      ...(await compared(recurrent, context, (settings, epochs) => ofRecurrent(log, settings, epochs, context))),
      ...(await compared(vae, context, (settings, epochs) => ofVae(log, settings, epochs, context))),
    ];
    const deeds = log.test.known.deeds.times.length;
    return { n: { people: size.users, items: size.items, days: size.days, deeds }, rows, choices: [], curves: [] };
  },
};

type Variants<S> = readonly (readonly [name: string, settings: S])[];
type Subjects = QualityRow['subjects'];

/** The first of the variants has all groups. */
const compared = async <S>(
  { model, epochs, variants }: { readonly model: string; readonly epochs: number; readonly variants: Variants<S> },
  { log }: QualityContext,
  measure: (settings: S, epochs: number) => Promise<Subjects>,
): Promise<QualityRow[]> => {
  const rows: QualityRow[] = [];
  for (const [variant, changed] of variants) {
    const startedAt = performance.now();
    const own = await measure(changed, epochs);
    const seconds = (performance.now() - startedAt) / 1000;
    const name = `${model}, ${variant}`;
    log(`${name}: ${seconds.toFixed(0)} s`);
    const all = rows[0]?.subjects;
    const subjects = all ? { ...own, ...differences(all, own) } : own;
    rows.push({ name, kind: 'part', subjects, settings: `${epochs} epochs`, seconds });
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

const ofRecurrent = async (
  { test }: ShopLog,
  settings: RecurrentSettings,
  epochs: number,
  context: QualityContext,
): Promise<Subjects> => {
  const { part } = await fitRecurrent(test.known, settings, { epochs }, context);
  const gains = await gainsOf(part, test, context);
  await part.close();
  return gains;
};

const ofVae = async (
  log: ShopLog,
  settings: VaeSettings,
  epochs: number,
  context: QualityContext,
): Promise<Subjects> => {
  const { part } = await fitVae(log.test.known, settings, { epochs }, context);
  const gains = await gainsOf(part, log.test, context);
  const needs = await needsOf(log, part, context.seed);
  await part.close();
  return { ...gains, [NEEDS]: needs };
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

/** Of what both have. */
const differences = (all: Subjects, own: Subjects): Subjects =>
  Object.fromEntries(
    [...deciding.map((name) => [name, metricOf(name)] as const), [NEEDS, NEEDS] as const].flatMap(([name, metric]) => {
      const [whole, some] = [all[metric], own[metric]];
      return whole && some ? [[lost(name), whole.map((value, at) => value - (some[at] as number))]] : [];
    }),
  );
