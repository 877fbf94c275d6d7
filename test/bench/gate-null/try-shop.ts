/**
 * Challengers of a shop before the gate. Invariants: all are trained, fused, measured and judged by the trainer's code;
 * a challenger and its champion differ in their seed alone, or in the labels too; no two challengers share a seed.
 */
import { setImmediate } from 'node:timers/promises';
import type { Store } from '@nextcart/clickhouse';
import {
  asArtifact,
  type Candidate,
  decide,
  type Figures,
  fitTask,
  measureBaselines,
  measureModels,
  readDataSet,
  readTask,
  type TrainingSettings,
  WITHOUT_MODELS,
  withItemFeatures,
} from '@nextcart/trainer';
import { fillShop } from './fill-shop.ts';
import type { NullSize } from './sizes.ts';
import { trainModels, withShuffledItems } from './train-models.ts';

export interface Tried {
  /** One a challenger: whether the gate let it pass. */
  readonly seeds: readonly boolean[];
  /** The same ones, where a day's whole alpha goes into the one look: the level that is asked about, undiluted. */
  readonly seedsOneLook: readonly boolean[];
  /** The same ones, as if they had learned from newer behaviour. */
  readonly seedsNewer: readonly boolean[];
  /** The same ones, where no release is in force. */
  readonly first: readonly boolean[];
  readonly shuffled: readonly boolean[];
  /** The same ones, as if they had learned from newer behaviour. */
  readonly shuffledNewer: readonly boolean[];
  readonly subjects: number;
  /** Mean NDCG@20: of challengers, of those with shuffled labels, of the ranker without models. */
  readonly ndcg: Readonly<Record<'challengers' | 'shuffled' | 'without', number>>;
  /** Deviation of the challengers' own means: what another seed makes. */
  readonly deviation: number;
}

export const tryShop = async (
  store: Store,
  size: NullSize,
  settings: TrainingSettings,
  { shop: shopSeed, onTrained }: { readonly shop: number; readonly onTrained: () => void },
): Promise<Tried> => {
  const shop = await fillShop(store, size, shopSeed);
  const attempt = <T>(query: () => Promise<T>) => query();
  const data = await withItemFeatures(store, shop, await readDataSet(store, shop, settings), settings);
  const deps = { store, attempt, catalogTopicId: async () => shop.catalogTopicId, gate: settings.gate };
  const task = await readTask(deps, shop);
  // a gate that waits would pass any test
  if (task.measured.subjects < settings.gate.minSubjects)
    throw new RangeError(`${task.measured.subjects} subjects, ${settings.gate.minSubjects} are wanted`);
  const options = { threads: 1, signal: new AbortController().signal, onProgress: () => {} };
  const baselines = await measureBaselines(task, options);
  const without = baselines[WITHOUT_MODELS] as Figures;

  const figuresOf = async (name: string, candidate: Candidate): Promise<Figures> => {
    const { weights } = await fitTask(task, candidate, options);
    const figures = await measureModels(task, await asArtifact(candidate, name, weights), options);
    onTrained();
    return figures;
  };
  let seed = 1000 * shopSeed;
  const trainedFigures = async (count: number, of: (seed: number) => typeof data): Promise<Figures[]> => {
    const all: Figures[] = [];
    for (let at = 0; at < count; at += 1) {
      seed += 1;
      all.push(await figuresOf(`model ${seed}`, await trainModels(of(seed), settings, seed)));
      await setImmediate();
    }
    return all;
  };
  const champions = await trainedFigures(size.champions, () => data);
  const challengers = await trainedFigures(size.challengers, () => data);
  const shuffled = await trainedFigures(size.challengers, (own) => withShuffledItems(data, own));

  const passes = (candidate: Figures, champion: Figures, at: number, newer: boolean, gate = settings.gate): boolean => {
    const how = { newer, looksToday: 0, seed: 1000 * shopSeed + at };
    return decide({ candidate, champion, anchor: champion, baselines }, gate, how).verdict === 'pass';
  };
  const against = (some: readonly Figures[], newer: boolean, gate = settings.gate): boolean[] =>
    some.map((figures, at) => passes(figures, champions[at % champions.length] as Figures, at, newer, gate));
  const own = challengers.map(meanOf);
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    seeds: against(challengers, false),
    seedsOneLook: against(challengers, false, { ...settings.gate, looksPerDay: 1 }),
    seedsNewer: against(challengers, true),
    first: challengers.map((figures, at) => passes(figures, without, at, true)),
    shuffled: against(shuffled, false),
    shuffledNewer: against(shuffled, true),
    subjects: task.measured.subjects,
    ndcg: { challengers: mean(own), shuffled: mean(shuffled.map(meanOf)), without: meanOf(without) },
    deviation: Math.sqrt(mean(own.map((value) => (value - mean(own)) ** 2))),
  };
};

const meanOf = ({ all }: Figures): number => all.reduce((sum, value) => sum + value, 0) / all.length;
