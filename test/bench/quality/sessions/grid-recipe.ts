import { bestOf } from '../recipe.ts';
import { qualityOf } from './measure.ts';
import { plainSessionPart, type ScoreSession, type SessionLog, type SessionRecipe } from './session-part.ts';

export interface Setting {
  readonly settings: string;
  fit(log: SessionLog): ScoreSession;
}

/** A row that needs no training: each setting is fitted and measured, the first being the one that others are compared with first. */
export const gridRecipe = (name: string, kind: SessionRecipe['kind'], grid: readonly Setting[]): SessionRecipe => ({
  name,
  kind,
  choose: async ({ fit, validation }, { log, signal }) => {
    const tried = [];
    for (const setting of grid) {
      const part = plainSessionPart(fit.items, setting.fit(fit));
      const quality = await qualityOf(validation, part, fit.items, signal);
      log(`${name}, ${setting.settings}: validation ${quality.toFixed(4)}`);
      tried.push({ setting, settings: setting.settings, quality, part });
    }
    const { setting, settings, part } = bestOf(tried);
    return {
      choice: { part: name, tried: tried.map(({ settings, quality }) => ({ settings, quality })), chosen: settings },
      part,
      refit: (all) => Promise.resolve(plainSessionPart(all.items, setting.fit(all))),
    };
  },
});
