/** How a candidate is to be served, and the candidate as an artifact that was not written yet. */
import { type EventType, type ListSource, listSources } from '@nextcart/contracts';
import { type Artifact, readCpu } from '@nextcart/models';
import { defaultConfiguration, readServingSettings, type ServingSettings } from '@nextcart/ranking';
import type { Candidate } from './merge-artifacts.ts';

export type Weights = Readonly<Partial<Record<ListSource, number>>>;

/** What the main list asks for: what happens most often, where models see it. */
const ASKED: readonly EventType[] = ['view', 'click', 'cart', 'purchase'];

/** Parts of the ranking that a candidate's models speak for. */
export const modelSources = ({ models }: Candidate): readonly ('recurrent' | 'autoencoder')[] =>
  (['recurrent', 'autoencoder'] as const).filter((source) => models[source] !== undefined);

/**
 * Parts without models score in units in which a good item has 1 (packages/models, item-graph.ts), models in standard
 * deviations over the catalogue, of which a good item has some ten. So a share is as loud of the one as of the other.
 */
const STANDARD_DEVIATIONS_A_UNIT = 10;

/** `shares`: of the parts without models together, and then of each model. */
export const fusedWeights = (candidate: Candidate, shares: readonly number[]): Weights => {
  const weights: Partial<Record<ListSource, number>> = {};
  for (const source of listSources) {
    const base = (defaultConfiguration.weights[source] ?? 0) * STANDARD_DEVIATIONS_A_UNIT;
    if (base > 0 && shares[0] !== 0) weights[source] = base * (shares[0] as number);
  }
  modelSources(candidate).forEach((source, at) => void (weights[source] = shares[at + 1] as number));
  return weights;
};

/** Throws a RangeError for a candidate whose training said nothing of how models see events. */
export const servingOf = (candidate: Candidate, weights: Weights): ServingSettings => {
  const told = candidate.settings['serving'] as Partial<ServingSettings> | undefined;
  const asked = ASKED.find((type) => told?.types?.includes(type) === true);
  return readServingSettings({ serving: { ...told, asked, weights } });
};

/** For measuring: as if it had been written and opened. `name` stands for its hash, which memories are told apart by. */
export const asArtifact = async (candidate: Candidate, name: string, weights: Weights): Promise<Artifact> => {
  const { items, features, models, tables, trainedOn } = candidate;
  const serving = servingOf(candidate, weights);
  const facts = { release: name, createdAt: '', seeds: {}, trainedOn, metrics: [], cpu: await readCpu() };
  const manifest = { ...facts, settings: { serving }, format: 0, engine: '', files: [], programs: [] };
  return { hash: name, manifest, items, features, models, tables };
};
