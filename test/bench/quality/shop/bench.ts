import type { QualityBench, QualityContext, QualityRow, QualityRun } from '../quality-bench.ts';
import { collectLog } from './collect-log.ts';
import { shopDefinitions } from './figures.ts';
import { NEEDS, needsRows } from './needs-rows.ts';
import { otherMakeSource } from './other-make.ts';
import { runShop } from './run-shop.ts';
import { shopRecipes } from './settings.ts';
import type { ShopLog } from './shop-log.ts';
import type { ShopSource } from './shop-source.ts';
import { simulatedSource } from './simulated-source.ts';
import { otherShop, type ShopSize, smallShop, wholeShop } from './sizes.ts';

const run = async (log: ShopLog, context: QualityContext): Promise<Omit<QualityRun, 'n'>> => {
  let probed: ReturnType<typeof needsRows> | undefined;
  const recipes = shopRecipes(
    log.test.known.items.length,
    context.quick,
    (part) => (probed = needsRows(log, part, context)),
  );
  const { rows, ...rest } = await runShop(log, recipes, context);
  if (!probed) throw new Error('no autoencoder was fitted');
  const needs = await probed;
  const withNeeds = rows.map(
    (row): QualityRow => (row.name === 'VAE' ? { ...row, subjects: { ...row.subjects, [NEEDS]: needs.vae } } : row),
  );
  return { ...rest, rows: [...withNeeds, ...needs.rows] };
};

const benchOf = (
  name: string,
  about: string,
  whole: ShopSize,
  sourceOf: (size: ShopSize & { readonly seed: number }) => Promise<ShopSource> | ShopSource,
): QualityBench => ({
  name,
  about,
  metrics: {
    ...shopDefinitions,
    [NEEDS]:
      'R² of a straight line (ridge) from what a model knows of people to their true needs, over people held out; its interval is over these people',
  },
  published: [],
  missing: () => undefined,
  run: async (context) => {
    const size = context.quick ? smallShop : whole;
    const log = collectLog(await sourceOf({ ...size, seed: context.seed }), size);
    const { known } = log.test;
    context.log(`${name}: ${known.deeds.times.length} deeds, ${known.histories.length} subjects known before the test`);
    return {
      n: {
        people: size.users,
        items: size.items,
        days: size.days,
        deeds: known.deeds.times.length,
        'known subjects': known.histories.length,
        ...Object.fromEntries(size.tasks.map(({ name, subjects }) => [`subjects of '${name}'`, subjects])),
      },
      ...(await run(log, context)),
    };
  },
});

export const shopBench = benchOf(
  'shop',
  'the simulated shop, whose truth is known: share of the oracle, needs; a seed is a shop of its own',
  wholeShop,
  simulatedSource,
);

export const otherShopBench = benchOf(
  'other-shop',
  'the same over a shop of another make: series, moods, new items',
  otherShop,
  otherMakeSource,
);
