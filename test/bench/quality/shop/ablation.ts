/** What each group of features is worth: the recurrent model without it, everything else the same. */
import { featureGroups } from '@nextcart/models';
import type { QualityBench, QualityContext, QualityRow } from '../quality-bench.ts';
import { collectLog } from './collect-log.ts';
import { bySubject, deciding, gainAt, K, rankIn, visitLooks } from './measure.ts';
import { fitRecurrent, type RecurrentSettings } from './recurrent-part.ts';
import { recurrentSettings } from './settings.ts';
import type { Period } from './shop-log.ts';
import { simulatedSource } from './simulated-source.ts';
import { smallShop, wholeShop } from './sizes.ts';

const lost = (name: string) => `lost, ${name}`;
/** Told the day of the week beside all groups, as the pipeline's model is. */
const WITH_WEEKDAY = 'all groups, and the weekday';
const EPOCHS = 4;

export const ablationBench: QualityBench = {
  name: 'shop-ablation',
  about: 'what each group of features is worth to the recurrent model on the simulated shop',
  metrics: Object.fromEntries(
    deciding.flatMap((name) => [
      [`NDCG@${K} ${name}`, `as in quality:shop, on the looks of '${name}'`],
      [lost(name), 'with all groups less by this row, by subject: above 0, what the row lacks is worth something'],
    ]),
  ),
  published: [],
  missing: () => undefined,
  run: async (context) => {
    const size = context.quick ? smallShop : wholeShop;
    const log = collectLog(await simulatedSource({ ...size, seed: context.seed }), size);
    const settings = { ...recurrentSettings, ...(context.quick && { width: 32, blocks: 1, lanes: 10 }) };
    const all = await rowOf('all groups', settings, log.test, context);
    const rows: QualityRow[] = [all];
    const without = featureGroups.map((group): [string, RecurrentSettings] => [
      `without ${group}`,
      { ...settings, groups: new Set(featureGroups.filter((one) => one !== group)) },
    ]);
    for (const [name, changed] of [[WITH_WEEKDAY, { ...settings, hasWeekday: true }] as const, ...without]) {
      const row = await rowOf(name, changed, log.test, context);
      rows.push({ ...row, subjects: { ...row.subjects, ...differences(all, row) } });
    }
    const deeds = log.test.known.deeds.times.length;
    return { n: { people: size.users, items: size.items, days: size.days, deeds }, rows, choices: [], curves: [] };
  },
};

const rowOf = async (
  name: string,
  settings: RecurrentSettings,
  { known, tasks }: Period,
  context: QualityContext,
): Promise<QualityRow> => {
  const startedAt = performance.now();
  const epochs = context.quick ? 2 : EPOCHS;
  const { part } = await fitRecurrent(known, settings, { epochs }, context);
  const subjects: Record<string, Float64Array> = {};
  for (const task of tasks) {
    if (!deciding.some((one) => one === task.name)) continue;
    const gains: number[] = [];
    await visitLooks(task.looks, [part], known.items.length, { signal: context.signal }, (look, [scores]) => {
      gains.push(gainAt(rankIn(scores as Float32Array, look)));
    });
    subjects[`NDCG@${K} ${task.name}`] = bySubject(task, gains);
  }
  await part.close();
  const seconds = (performance.now() - startedAt) / 1000;
  context.log(`${name}: ${seconds.toFixed(0)} s`);
  return { name, kind: 'part', subjects, settings: `${epochs} epochs`, seconds };
};

const differences = (all: QualityRow, without: QualityRow): Record<string, Float64Array> =>
  Object.fromEntries(
    deciding.map((name) => {
      const metric = `NDCG@${K} ${name}`;
      const others = without.subjects[metric] as Float64Array;
      return [lost(name), (all.subjects[metric] as Float64Array).map((value, at) => value - (others[at] as number))];
    }),
  );
