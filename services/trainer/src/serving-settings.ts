import type { EventType } from '@nextcart/contracts';
import { bagWeights } from './data-set/bags.ts';
import { type TrainingSettings, typesOf } from './data-set/settings.ts';

/** What serving must know of how models see events, the weights of the fusion apart: `settings.serving` of an artifact. */
export interface ServingSettings {
  /** In the order of the models' numbers. */
  readonly types: readonly EventType[];
  /** Columns that words of searches are hashed into. */
  readonly searchFeatures: number;
  /** What the recurrent model knows items by beside their numbers; absent in releases of before there was any. */
  readonly itemFields?: TrainingSettings['itemFields'];
  /** Of the autoencoder: weights by the numbers of types. */
  readonly bag: { readonly weights: readonly number[]; readonly halfLifeDays: number };
}

export const servingSettings = (settings: TrainingSettings): ServingSettings => ({
  types: typesOf(settings),
  searchFeatures: settings.searchFeatures,
  itemFields: settings.itemFields,
  bag: { weights: bagWeights(settings), halfLifeDays: settings.recencyHalfLifeDays },
});

/** Whether models that see events in one way go on learning as the other: bags, and what types, searches and items are. */
export const sameSight = (one: ServingSettings | undefined, other: ServingSettings): boolean =>
  one !== undefined &&
  String(one.types) === String(other.types) &&
  one.searchFeatures === other.searchFeatures &&
  String(one.itemFields ?? []) === String(other.itemFields ?? []) &&
  JSON.stringify(one.bag) === JSON.stringify(other.bag);
