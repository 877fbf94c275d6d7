import { fitEdlae, keepStrongest, type SparseRows } from '@nextcart/models';
import type { QualityContext } from '../quality-bench.ts';
import { bestOf } from '../recipe.ts';
import { mostPopular, restrictColumns, spreadRows } from '../restrict.ts';
import { packSessions } from './data.ts';
import { qualityOf } from './measure.ts';
import { plainSessionPart, type SessionLog, type SessionRecipe } from './session-part.ts';

/** Each setting is chosen after the other, from the first of its list. */
export interface EdlaeSessionsGrid {
  readonly lambda: readonly number[];
  readonly dropout: readonly number[];
  /** What a click counts against the one after it, of those that are asked with. */
  readonly fade: readonly number[];
  /** Weights of a row that are kept. */
  readonly keep: readonly number[];
  /** It is fitted on so many items, the most popular ones; the others have no scores. An inverse takes the cube of it. */
  readonly items: number;
  /** lambda and dropout are chosen on so many of them. */
  readonly searchItems: number;
}

const NAME = 'EDLAE';

/** Over sessions as bags of their items: SLIS (Choi et al. 2021) with EDLAE's penalty. */
export const edlaeSessions = (grid: EdlaeSessionsGrid): SessionRecipe => ({
  name: NAME,
  kind: 'part',
  choose: async ({ fit, validation }, context) => {
    const { items } = fit;
    const tried: { readonly settings: string; readonly quality: number }[] = [];
    const measured = async <T>(settings: string, value: T, model: SparseRows, fade: number) => {
      const quality = await qualityOf(validation, partOf(items, model, fade), items, context.signal);
      context.log(`${NAME}, ${settings}: validation ${quality.toFixed(4)}`);
      tried.push({ settings, quality });
      return { value, quality };
    };
    const keep = Math.max(...grid.keep);
    const [fade = 1, ...fades] = grid.fade;
    const tryFit = async (lambda: number, dropout: number) => {
      const model = await fitOn(fit, { lambda, dropout, keep, items: grid.searchItems }, context);
      return measured(
        `lambda ${lambda}, p ${dropout} on ${Math.min(grid.searchItems, items)} items`,
        { lambda, dropout },
        model,
        fade,
      );
    };
    const fits = [];
    const [dropout = 0, ...dropouts] = grid.dropout;
    for (const lambda of grid.lambda) fits.push(await tryFit(lambda, dropout));
    const { lambda } = bestOf(fits).value;
    for (const other of dropouts) fits.push(await tryFit(lambda, other));
    const best = bestOf(fits).value;

    const widest = await fitOn(fit, { ...best, keep, items: grid.items }, context);
    const uses = [];
    for (const value of [fade, ...fades]) uses.push(await measured(`fade ${value}`, value, widest, value));
    const faded = bestOf(uses).value;
    const widths = [];
    for (const value of grid.keep)
      widths.push(await measured(`${value} a row`, value, keepStrongest(widest, value), faded));
    const width = bestOf(widths).value;
    return {
      choice: {
        part: NAME,
        tried,
        chosen: `${Math.min(grid.items, items)} items, lambda ${best.lambda}, p ${best.dropout}, fade ${faded}, ${width} a row`,
      },
      part: partOf(items, keepStrongest(widest, width), faded),
      refit: async (all) =>
        partOf(all.items, await fitOn(all, { ...best, keep: width, items: grid.items }, context), faded),
    };
  },
});

interface FitSettings {
  readonly lambda: number;
  readonly dropout: number;
  readonly keep: number;
  readonly items: number;
}

/** [items, items]. */
const fitOn = async (
  log: SessionLog,
  { items, ...settings }: FitSettings,
  { threads, signal, progress }: QualityContext,
): Promise<SparseRows> => {
  const bags = bagsOf(log);
  const kept = mostPopular({ items: log.items, bags }, Math.min(items, log.items));
  const bar = progress(`${NAME}, ${kept.length} items`, 100, '%');
  const onProgress = (share: number) => bar.at(Math.round(100 * share));
  const bagsOfKept = restrictColumns(bags, kept, log.items);
  const model = await fitEdlae(bagsOfKept, kept.length, { ...settings, threads, signal, onProgress });
  bar.done();
  return spreadRows(model, kept, log.items);
};

/** Each item of a session once. */
const bagsOf = ({ sessions }: SessionLog): SparseRows => {
  const { rowStart, columns } = packSessions(sessions.map((session) => Int32Array.from(new Set(session))));
  return { rowStart, columns, weights: new Float32Array(columns.length).fill(1) };
};

const partOf = (items: number, { rowStart, columns, weights }: SparseRows, fade: number) =>
  plainSessionPart(items, (query, into) =>
    query.forEach((item, at) => {
      if (item < 0) return;
      const factor = fade ** (query.length - 1 - at);
      for (let entry = rowStart[item] as number; entry < (rowStart[item + 1] as number); entry += 1) {
        const to = columns[entry] as number;
        into[to] = (into[to] as number) + factor * (weights[entry] as number);
      }
    }),
  );
