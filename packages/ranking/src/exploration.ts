/**
 * Items that were not going to be shown, at some places of a list: without them nobody ever learns that they would have
 * been liked. Invariants: draws depend on the seed alone, so a replay makes them again; the chance that an item had of
 * its place is written down with it (a propensity, for estimates that undo the choice; Bottou et al. 2013).
 */
import { createHash } from 'node:crypto';
import type { RecommendedItem } from '@nextcart/contracts';

export interface ExplorationOptions {
  /** Places that are drawn for; 0: none. */
  readonly slots: number;
  /** They are the places `every` − 1, 2 · `every` − 1, … */
  readonly every: number;
}

/** Whole numbers below a bound, named by a seed; 48 bits each, so that the bound's favourites differ by 2⁻³⁰ at most. */
const createDraws = (seed: string) => {
  let count = 0;
  return (below: number): number => {
    const digest = createHash('sha256').update(`${seed}\n${count}`).digest();
    count += 1;
    return digest.readUIntBE(0, 6) % below;
  };
};

/**
 * `order`: places among the candidates that are shown, `size` of them, of `candidates` in all; changed in place: what is
 * drawn pushes the others down, and the last ones out. Returns the propensity by place, 0 where nothing was drawn.
 */
export const explore = (
  order: Int32Array,
  size: number,
  candidates: number,
  seed: string,
  { slots, every }: ExplorationOptions,
): Float64Array => {
  const propensities = new Float64Array(size);
  const shown = new Set(order.subarray(0, size));
  const others = Array.from({ length: candidates }, (_, at) => at).filter((at) => !shown.has(at));
  const draw = createDraws(seed);
  for (let slot = 1; slot <= slots && others.length > 0; slot += 1) {
    const place = slot * every - 1;
    if (place >= size) break;
    const chance = 1 / others.length;
    const [drawn] = others.splice(draw(others.length), 1) as [number];
    order.copyWithin(place + 1, place, size - 1);
    order[place] = drawn;
    propensities[place] = chance;
  }
  return propensities;
};

/** The reason of an item that was drawn; its weight is the propensity. */
const EXPLORED = 'explored';

/** `propensity`: 0 where nothing was drawn. */
export const withPropensity = (reasons: RecommendedItem['reasons'], propensity: number): RecommendedItem['reasons'] =>
  propensity === 0 ? reasons : [...reasons, { kind: EXPLORED, subject: '', weight: propensity }];

/** What a list says of its drawn places, as contracts' EXPLORED_KEY has it; empty where there are none. */
export const exploredText = (items: readonly Pick<RecommendedItem, 'reasons'>[]): string => {
  let text = '';
  for (let place = 0; place < items.length; place += 1) {
    const last = items[place]?.reasons.at(-1);
    if (last?.kind === EXPLORED) text += `${text === '' ? '' : ','}${place + 1}:${last.weight}`;
  }
  return text;
};
