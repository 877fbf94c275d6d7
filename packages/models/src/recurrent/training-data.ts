/** What a training learns from, and whether it can. */
import { createHash } from 'node:crypto';
import { checkRows, type SparseRows } from '../item-graph.ts';
import type { Population } from './candidates.ts';
import { checkEvents, checkTargets, type EventSequences, type EventTargets, NO_ITEM } from './events.ts';
import { checkFinite, checkWeights, type RecurrentShape, type Weights } from './shape.ts';

export interface RecurrentData {
  readonly events: EventSequences;
  readonly targets: EventTargets;
  /** [items, features]. */
  readonly itemFeatures?: SparseRows;
}

/** Throws a RangeError for data or weights that do not fit the shape, or in which no event has a target. */
export const checkData = (
  { events, targets, itemFeatures }: RecurrentData,
  shape: RecurrentShape,
  start: Weights,
): void => {
  checkWeights(shape, start);
  checkFinite(start);
  checkEvents(events, shape);
  checkTargets(targets, events.items.length, shape);
  if (itemFeatures) checkRows(itemFeatures, shape.items, shape.features, 'features of items');
};

/** What gets into a step's candidates by itself: targets, and with last items the items of events that are none, too. */
export const populationOf = (
  { events, targets }: RecurrentData,
  { lags }: RecurrentShape,
  steps: number,
): Population => {
  if (lags > 0) return { items: events.items, steps };
  return { items: targets.items.map((item, at) => ((targets.weights[at] as number) > 0 ? item : NO_ITEM)), steps };
};

/** Of the data's bits, so that a checkpoint is not resumed on other data of the same size. */
export const digestOf = (data: object): string => {
  const hash = createHash('sha256');
  for (const [name, value] of Object.entries(data)) {
    hash.update(name);
    if (ArrayBuffer.isView(value)) hash.update(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
    else if (value) hash.update(digestOf(value as object));
  }
  return hash.digest('hex').slice(0, 16);
};
