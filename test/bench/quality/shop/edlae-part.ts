import { fitEdlae, scoreLinear } from '@nextcart/models';
import type { QualityContext } from '../quality-bench.ts';
import { type BagOptions, bagSpace, weighings } from './bags.ts';
import { gridRecipe, type Setting } from './grid.ts';
import { BATCH, type ShopRecipe } from './shop-part.ts';

export interface EdlaeSettings {
  readonly halfLifeDays: number;
  readonly lambda: number;
  readonly dropout: number;
}

const KEEP = 200;

const setting = (
  { halfLifeDays, lambda, dropout }: EdlaeSettings,
  [weighed, types]: readonly [string, BagOptions['types']],
  { threads, signal }: QualityContext,
): Setting => ({
  settings: `lambda ${lambda}, p ${dropout}, half-life ${halfLifeDays} days, ${weighed}`,
  fit: async ({ items, deeds, histories, until }) => {
    const space = bagSpace(items, deeds, { halfLifeDays, types });
    const model = await fitEdlae(
      space.itemBags(histories, new Float64Array(histories.length).fill(until)),
      items.length,
      { lambda, dropout, keep: KEEP, threads, signal },
    );
    const scores = new Float32Array(BATCH * items.length);
    return {
      score: (looks) => {
        const bags = space.itemBags(
          looks.map(({ history }) => history),
          looks.map(({ at }) => at),
        );
        scoreLinear(model, bags, Int32Array.from(looks.keys()), scores);
        return Promise.resolve(scores);
      },
      close: () => Promise.resolve(),
    };
  },
});

/** Each setting with bags of both kinds. */
export const edlaeRow = (grid: readonly EdlaeSettings[]): ShopRecipe => ({
  name: 'EDLAE',
  kind: 'baseline',
  choose: (validation, context) =>
    gridRecipe(
      'EDLAE',
      'baseline',
      grid.flatMap((one) => Object.entries(weighings).map((weighed) => setting(one, weighed, context))),
    ).choose(validation, context),
});
