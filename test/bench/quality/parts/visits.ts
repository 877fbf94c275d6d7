import { qualityOf } from '../measure.ts';
import { type Behaviour, bestOf, type Part, plainPart, type Recipe } from '../recipe.ts';
import type { Setting } from '../sessions/grid-recipe.ts';

/** Behaviour as what the rows of sessions read. */
export interface Visits {
  /** Histories or invoices, oldest first where times are known. */
  readonly sessions: readonly Int32Array[];
  /** At most so many of a user's newest events, the newest last. */
  newest(user: number, count: number): Int32Array;
}

export interface VisitSetting {
  /** Events that a user asks with. */
  readonly newest: number;
  readonly setting: Setting;
}

/** A row of sessions for users, who ask with their newest events as a session would with its clicks. */
export const visitRecipe = <B extends Behaviour>(
  name: string,
  visitsOf: (behaviour: B) => Visits,
  grid: readonly VisitSetting[],
): Recipe<B> => ({
  name,
  kind: 'baseline',
  choose: async ({ fit, tasks }, { log }) => {
    const visits = visitsOf(fit);
    const tried = [];
    for (const one of grid) {
      const part = partOf(fit.items, visits, one);
      const settings = `the last ${one.newest}, ${one.setting.settings}`;
      tried.push({ one, settings, part, quality: await qualityOf(tasks, part) });
      log(`${name}, ${settings}: validation ${tried.at(-1)?.quality.toFixed(4)}`);
    }
    const { one, settings, part } = bestOf(tried);
    return {
      choice: { part: name, tried: tried.map(({ settings, quality }) => ({ settings, quality })), chosen: settings },
      part,
      refit: (all) => Promise.resolve(partOf(all.items, visitsOf(all), one)),
    };
  },
});

const partOf = (items: number, { sessions, newest }: Visits, { newest: count, setting }: VisitSetting): Part => {
  const scoreOne = setting.fit({ items, sessions });
  return plainPart(items, (users, into) => {
    into.fill(0, 0, users.length * items);
    users.forEach((user, place) => {
      scoreOne(newest(user, count), into.subarray(place * items, (place + 1) * items));
    });
  });
};
