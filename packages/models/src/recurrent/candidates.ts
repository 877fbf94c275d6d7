/** Which items a step's scores are computed for: all, or the batch's targets and draws with a correction by their chance. */
import { createCandidateSampler } from '../training/candidate-sampler.ts';
import type { Random } from '../training/random.ts';
import { NO_ITEM } from './events.ts';

/** sampled: above some 10,000 items; `draws` ∝ support^exponent beside the batch's own targets (2,048 and .5). */
export type Softmax =
  | { readonly kind: 'full' }
  | { readonly kind: 'sampled'; readonly draws: number; readonly exponent: number };

export interface StepCandidates {
  readonly items: Int32Array;
  /** Room in the graph, ≥ items. */
  readonly width: number;
  /** [items]: what scores are lowered by unless the item is the row's own target; absent: nothing. */
  readonly logChance?: Float32Array;
}

export interface CandidateSource {
  /** `wanted`: what must be in, targets and last items of the step, with repeats and `NO_ITEM` between them. */
  of(wanted: readonly Int32Array[], random: Random): StepCandidates;
  /** Place of an item among the candidates of the last call. */
  placeOf(item: number): number;
}

/** Candidates vary in number, graphs don't: room for them comes in multiples of this. */
const WIDTH_UNIT = 512;

/** What an epoch's steps want in. */
export interface Population {
  /** With repeats, as often as they occur; `NO_ITEM` is passed over. */
  readonly items: Int32Array;
  readonly steps: number;
}

export const createCandidateSource = (population: Population, items: number, softmax: Softmax): CandidateSource => {
  if (softmax.kind === 'full') {
    const all = { items: Int32Array.from({ length: items }, (_, item) => item), width: items };
    return { of: () => all, placeOf: (item) => item };
  }
  const support = new Float64Array(items);
  let rows = 0;
  for (const item of population.items) {
    if (item === NO_ITEM) continue;
    support[item] = (support[item] as number) + 1;
    rows += 1;
  }
  const sampler = createCandidateSampler({ ...softmax, support, rows, batch: rows / population.steps });
  const places = new Int32Array(items);
  return {
    of: (wanted, random) => {
      const distinct = new Set<number>();
      for (const some of wanted) for (const item of some) if (item !== NO_ITEM) distinct.add(item);
      const candidates = sampler.draw(Int32Array.from(distinct), random);
      candidates.items.forEach((item, place) => void (places[item] = place));
      const width = Math.ceil(candidates.items.length / WIDTH_UNIT) * WIDTH_UNIT;
      return { items: candidates.items, width, logChance: candidates.logChance };
    },
    placeOf: (item) => places[item] as number,
  };
};
