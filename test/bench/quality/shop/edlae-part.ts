import { fitEdlae, scoreLinear } from '@nextcart/models';
import type { QualityContext } from '../quality-bench.ts';
import { BY_TYPE, bagSpace } from './bags.ts';
import { gridRecipe, type Setting } from './grid.ts';
import { BATCH, type ShopRecipe } from './shop-part.ts';

export interface EdlaeSettings {
  readonly halfLifeDays: number;
  readonly lambda: number;
  readonly dropout: number;
}

const KEEP = 200;

const setting = ({ halfLifeDays, lambda, dropout }: EdlaeSettings, context: () => QualityContext): Setting => ({
  settings: `lambda ${lambda}, p ${dropout}, half-life ${halfLifeDays} days`,
  fit: async ({ items, deeds, histories, until }) => {
    const space = bagSpace(items, deeds, { halfLifeDays, types: BY_TYPE });
    const { threads, signal } = context();
    const model = await fitEdlae(
      space.itemBags(histories, new Float64Array(histories.length).fill(until)),
      items.length,
      {
        lambda,
        dropout,
        keep: KEEP,
        threads,
        signal,
      },
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

export const edlaeRow = (grid: readonly EdlaeSettings[]): ShopRecipe => ({
  name: 'EDLAE',
  kind: 'baseline',
  choose: (validation, context) =>
    gridRecipe(
      'EDLAE',
      'baseline',
      grid.map((one) => setting(one, () => context)),
    ).choose(validation, context),
});
