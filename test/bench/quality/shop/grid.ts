import { bestOf } from '../recipe.ts';
import { qualityOf } from './measure.ts';
import type { Known } from './shop-log.ts';
import type { ShopPart, ShopRecipe } from './shop-part.ts';

export interface Setting {
  readonly settings: string;
  fit(known: Known): ShopPart | Promise<ShopPart>;
}

/** A row whose every setting is fitted and measured; the best by validation is fitted again. */
export const gridRecipe = (name: string, kind: ShopRecipe['kind'], grid: readonly Setting[]): ShopRecipe => ({
  name,
  kind,
  choose: async (validation, context) => {
    const tried = [];
    for (const setting of grid) {
      const part = await setting.fit(validation.known);
      const quality = await qualityOf(validation, part, context);
      context.log(`${name}, ${setting.settings}: validation ${quality.toFixed(4)}`);
      tried.push({ setting, settings: setting.settings, quality, part });
    }
    const best = bestOf(tried);
    for (const { part } of tried) if (part !== best.part) await part.close();
    return {
      choice: {
        part: name,
        tried: tried.map(({ settings, quality }) => ({ settings, quality })),
        chosen: best.settings,
      },
      part: best.part,
      refit: async (all) => best.setting.fit(all),
    };
  },
});
