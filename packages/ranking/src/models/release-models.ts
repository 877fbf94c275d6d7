/**
 * The models of a release at work, for scorer, gate and replay alike. Invariants: opinions are a function of the history
 * and the release alone: not of the batch, nor of how often the memory was asked before; a memory that was made by
 * another release, or of another stretch of the fold, is made anew.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ItemIndex, ListSource, SubjectHistory } from '@nextcart/contracts';
import { type Artifact, createAutoencoderOpinions, createRecurrentOpinions, createScratch } from '@nextcart/models';
import { createFoldLanes, type ModelMemory } from './fold-lanes.ts';
import { createHistoryBags } from './history-bags.ts';
import { createItemNumbers, createModelEvents } from './model-events.ts';
import { type Answers, createOpinionReader, type Opinions } from './opinions.ts';
import { createChancesReader, type PurchaseChances } from './purchase-chances.ts';
import { servingOfRelease } from './serving-settings.ts';

/** One call at a time. */
export interface ReleaseModels {
  readonly release: string;
  readonly hash: string;
  /** Fusion weights of all parts of the ranking. */
  readonly weights: Readonly<Partial<Record<ListSource, number>>>;
  /** At most `batch`; brings memories up to date. Good until the next call. */
  opine(asked: readonly { readonly history: SubjectHistory; readonly memory: ModelMemory }[]): Promise<Opinions[]>;
  close(): Promise<void>;
}

/**
 * `index`: the process's items; the release's come in. `explained`: events that opinions can do without (the ranking's
 * configuration has the number); absent: nobody asks for reasons. `nextPurchases`: whether chances of next purchases are
 * asked for, which only a release with their calibration has. Throws a RangeError for a release that says nothing of
 * how it is served, or without a model.
 */
export const openReleaseModels = async (
  artifact: Artifact,
  deps: {
    readonly index: ItemIndex;
    readonly threads: number;
    readonly batch: number;
    readonly explained?: number;
    readonly nextPurchases?: boolean;
  },
): Promise<ReleaseModels> => {
  const { hash, items, manifest } = artifact;
  const { recurrent, autoencoder, purchases } = artifact.models;
  const settings = servingOfRelease(artifact);
  const { threads, batch, explained = 0 } = deps;
  const numbers = createItemNumbers(deps.index, items);
  const events = createModelEvents(settings, numbers);
  const bagsOf = createHistoryBags(settings, numbers, (autoencoder?.shape.columns ?? items.length) - items.length);
  const read = createOpinionReader(items.length, numbers);
  const asked = settings.types.indexOf(settings.asked);
  // other work comes between the parts, each of which takes some ms
  await nextTurn();
  const lanes = recurrent && (await createFoldLanes(recurrent, { release: hash, events, threads }));
  const purchase = settings.types.indexOf('purchase');
  const calibration = deps.nextPurchases && purchase !== -1 ? purchases : undefined;
  const opinionOptions = { batch, threads, temperature: calibration?.temperature };
  await nextTurn();
  const next = recurrent && (await createRecurrentOpinions(recurrent, opinionOptions));
  const chancesOf = calibration && createChancesReader(items.length, numbers, calibration);
  const picked = createScratch();
  const bags = batch * (1 + explained);
  await nextTurn();
  const needs = autoencoder && (await createAutoencoderOpinions(autoencoder, { batch, bags, threads }));

  /** The newest events that models see, oldest first. */
  const leftOutOf = (history: SubjectHistory): number[] => {
    const cells: number[] = [];
    for (let cell = history.length - 1; cell >= 0 && cells.length < explained; cell -= 1)
      if (events.sees(history, cell)) cells.push(cell);
    return cells.reverse();
  };

  return {
    release: manifest.release,
    hash,
    weights: settings.weights,
    opine: async (wanted) => {
      if (wanted.length > batch) throw new RangeError(`${wanted.length} histories in a batch of ${batch}`);
      if (wanted.length === 0) return [];
      const some = wanted.map((one) => ({ ...one, leftOut: leftOutOf(one.history) }));
      const answers: Answers[] = [];
      let chances: readonly PurchaseChances[] = [];
      if (needs) {
        const { bags: all, rowStart } = bagsOf(
          some.map(({ history }) => history),
          some.map(({ leftOut }) => leftOut),
        );
        const latents = await needs.latentsOf(all);
        const width = latents.length / (rowStart.at(-1) as number);
        answers.push({
          source: 'autoencoder',
          found: await needs.opine(
            rowsOf(latents, width, rowStart.subarray(0, some.length), picked(some.length * width)),
          ),
          halvesOf: (row, few, into) => {
            const [start, end] = [rowStart[row] as number, rowStart[row + 1] as number];
            needs.halvesOf(latents.subarray(start * width, end * width), few, into);
          },
        });
      }
      if (lanes && next) {
        const { states, rowStart, stateSize } = await lanes.fold(some);
        const own = rowsOf(states, stateSize, rowStart.subarray(0, some.length), picked(some.length * stateSize));
        const { roots, shares } = calibration
          ? await next.opineWithPurchases(own, asked, purchase)
          : { roots: await next.opine(own, asked), shares: undefined };
        if (shares && chancesOf) chances = some.map((_, row) => chancesOf(shares, row));
        answers.push({
          source: 'recurrent',
          found: roots,
          halvesOf: (row, few, into) => {
            const [start, end] = [rowStart[row] as number, rowStart[row + 1] as number];
            next.halvesOf(states.subarray(start * stateSize, end * stateSize), asked, few, into);
          },
        });
      }
      return some.map(({ leftOut }, row) => read(answers, row, leftOut, chances[row]));
    },
    close: async () => {
      for (const one of [lanes, next, needs]) await one?.close();
    },
  };
};

/** Some rows of a table, into `picked`. */
const rowsOf = (table: Float32Array, width: number, rows: Int32Array, picked: Float32Array): Float32Array => {
  rows.forEach((row, at) => picked.set(table.subarray(row * width, (row + 1) * width), at * width));
  return picked;
};
