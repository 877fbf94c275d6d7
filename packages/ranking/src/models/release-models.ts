/**
 * The models of a release at work, for scorer, gate and replay alike. Invariants: opinions are a function of the history
 * and the release alone: not of the batch, nor of how often the memory was asked before; a memory that was made by
 * another release, or of another stretch of the fold, is made anew.
 */
import { foldStart, type ItemIndex, type ListSource, MAX_FOLDED, type SubjectHistory } from '@nextcart/contracts';
import {
  type Artifact,
  createAutoencoderOpinions,
  createRecurrentOpinions,
  createRecurrentScorer,
  type RecurrentScorer,
} from '@nextcart/models';
import { createHistoryBags } from './history-bags.ts';
import { createItemNumbers, createModelEvents } from './model-events.ts';
import { type Answers, createOpinionReader, type Opinions } from './opinions.ts';
import { readServingSettings } from './serving-settings.ts';

/** What models keep of a subject between its events. */
export interface ModelMemory {
  /** Hash of the release that made it; empty before the first. */
  release: string;
  /** First event of the fold that the state begins at, and cells that are in it. */
  start: number;
  cells: number;
  /** Offset of the newest cell, and time of the newest event that models saw. */
  newest: number;
  time: number;
  state: Float32Array;
}

export const createModelMemory = (): ModelMemory => ({
  ...{ release: '', start: 0, cells: 0, newest: -1, time: Number.NaN },
  state: NO_STATE,
});
const NO_STATE = new Float32Array(0);

export interface Asked {
  readonly history: SubjectHistory;
  readonly memory: ModelMemory;
}

/** One call at a time. */
export interface ReleaseModels {
  readonly release: string;
  readonly hash: string;
  /** Fusion weights of all parts of the ranking. */
  readonly weights: Readonly<Partial<Record<ListSource, number>>>;
  /** At most `batch`; brings memories up to date. Good until the next call. */
  opine(asked: readonly Asked[]): Promise<Opinions[]>;
  close(): Promise<void>;
}

/** A lone event must not pay for a full batch: a fold's step computes all rows of its program, asked for or not. */
const SMALL_BATCH = 4;

/**
 * `index`: the process's items; the release's come in. Throws a RangeError for a release that says nothing of how it is
 * served, or without a model.
 */
export const openReleaseModels = async (
  artifact: Artifact,
  deps: { readonly index: ItemIndex; readonly threads: number; readonly batch: number },
): Promise<ReleaseModels> => {
  const { hash, items, manifest } = artifact;
  const { recurrent, autoencoder } = artifact.models;
  if (!recurrent && !autoencoder) throw new RangeError(`release ${manifest.release} has no model that can be served`);
  const settings = readServingSettings(manifest.settings);
  const { threads, batch } = deps;
  const numbers = createItemNumbers(deps.index, items);
  const asked = settings.types.indexOf(settings.asked);
  const events = createModelEvents(settings, numbers);
  const bagsOf = createHistoryBags(settings, numbers);
  const read = createOpinionReader(items, numbers);

  const scorers: RecurrentScorer[] = [];
  if (recurrent)
    for (const size of new Set([Math.min(SMALL_BATCH, batch), batch]))
      scorers.push(await createRecurrentScorer(recurrent, { batch: size, threads }));
  const scorerFor = (count: number) =>
    (scorers.find((scorer) => scorer.batch >= count) ?? scorers.at(-1)) as RecurrentScorer;
  const next = recurrent && (await createRecurrentOpinions(recurrent, { batch, threads }));
  const needs = autoencoder && (await createAutoencoderOpinions(autoencoder, { batch, threads }));
  const stateSize = scorers[0]?.stateSize ?? 0;

  /** Whether the memory has the history's first cells in it, as they are. */
  const isOn = (memory: ModelMemory, { count, length, offsets }: SubjectHistory): boolean =>
    memory.release === hash &&
    memory.start === foldStart(count) &&
    memory.cells <= length &&
    length < MAX_FOLDED && // a merged history may have lost cells of its beginning
    (memory.cells === 0 || offsets[memory.cells - 1] === memory.newest);

  /** Folds what memories lack into their states; returns the states, [asked, stateSize]. */
  const bringUpToDate = async (some: readonly Asked[]): Promise<Float32Array> => {
    events.clear();
    for (const { history, memory } of some) {
      if (!isOn(memory, history)) {
        Object.assign(memory, { release: hash, start: foldStart(history.count), cells: 0, time: Number.NaN });
        if (memory.state.length === stateSize) memory.state.fill(0);
        else memory.state = new Float32Array(stateSize);
      }
      memory.time = events.add(history, memory.cells, memory.time);
      memory.cells = history.length;
      memory.newest = history.length === 0 ? -1 : (history.offsets[history.length - 1] as number);
    }
    const all = events.events;
    const { rowStart } = all;
    const lengthOf = (row: number) => (rowStart[row + 1] as number) - (rowStart[row] as number);
    // longest first: those that still have events are always the first few
    const order = some.map((_, row) => row).sort((a, b) => lengthOf(b) - lengthOf(a));
    const sorted = new Float32Array(some.length * stateSize);
    for (const [place, row] of order.entries()) sorted.set((some[row] as Asked).memory.state, place * stateSize);
    for (let time = 0; time < lengthOf(order[0] as number); time += 1) {
      const active = order.filter((row) => lengthOf(row) > time);
      const chosen = Int32Array.from(active, (row) => (rowStart[row] as number) + time);
      await scorerFor(active.length).advance(sorted.subarray(0, active.length * stateSize), all, chosen);
    }
    const states = new Float32Array(sorted.length);
    order.forEach((row, place) => {
      const state = sorted.subarray(place * stateSize, (place + 1) * stateSize);
      (some[row] as Asked).memory.state.set(state);
      states.set(state, row * stateSize);
    });
    return states;
  };

  return {
    release: manifest.release,
    hash,
    weights: settings.weights,
    opine: async (some) => {
      if (some.length > batch) throw new RangeError(`${some.length} histories in a batch of ${batch}`);
      if (some.length === 0) return [];
      const answers: Answers[] = [];
      if (needs)
        answers.push({ source: 'autoencoder', found: await needs.opine(bagsOf(some.map((one) => one.history))) });
      if (next) {
        const states = await bringUpToDate(some).catch((error: unknown) => {
          for (const { memory } of some) memory.release = ''; // what is in them is half done
          throw error;
        });
        answers.push({ source: 'recurrent', found: await next.opine(states, asked) });
      }
      return some.map((_, row) => read(answers, row));
    },
    close: async () => {
      for (const one of [...scorers, next, needs]) await one?.close();
    },
  };
};
