import { type Assortment, STYLES } from './assortment.ts';
import type { Market } from './market.ts';
import { hasBought, type Memory } from './memory.ts';
import { DAY_MS, parameters } from './parameters.ts';
import type { Person } from './people.ts';
import type { Random } from './random.ts';
import { leafSpecs } from './words.ts';

const LEAVES = leafSpecs.length;
/** [leaf]: its needs and their strengths. */
const leafNeeds = leafSpecs.map(({ needs }) =>
  Object.entries(needs).map(([need, strength]) => [Number(need), strength] as const),
);
/** More tries than this happen once in 10¹⁰ draws; the last one is then taken. */
const MAX_TRIES = 200;

/** What a visit has told so far, as far as it moves the next choice. */
export interface Visit {
  /** Item that was looked at last in this visit, or −1. */
  last: number;
  /** Category in mind, or −1. */
  leaf: number;
  /** Items looked at so far. */
  views: number;
  /** What was typed and not yet followed by a look: the next item has this noun (and brand, where ≥ 0). */
  searched: { readonly leaf: number; readonly noun: number; readonly brand: number } | null;
}

/** A part of the mixture, by its weight. Each is a distribution over items; a fixed one lists them. */
export interface Part {
  readonly kind: 'resume' | 'successor' | 'complement' | 'staple' | 'need';
  readonly weight: number;
  readonly items: readonly number[];
  readonly weights: readonly number[];
}

/**
 * How the next item is chosen: a mixture whose parts are exact distributions, so that the truth can name the
 * probability of every item. Draws and probabilities come from the same functions.
 */
export interface Choice {
  parts(person: Person, visit: Visit, at: number): Part[];
  /** −1 where nothing can be chosen: everything is sold out. */
  draw(
    person: Person,
    visit: Visit,
    at: number,
    random: Random,
  ): { readonly item: number; readonly part: Part['kind'] };
  /** [items]: probability that the next item looked at (not through a list) is this one. Sums to 1. */
  probabilities(person: Person, visit: Visit, at: number): Float64Array;
  /** How well an item suits a person beside its price: taste, brand, and not bought just now; in (0, 1]. */
  suits(person: Person, item: number): number;
  /** Chance that an item which is looked at is put into the cart. */
  cartChance(person: Person, item: number): number;
  /** Relative wish for a category, 1 on average. */
  wish(person: Person, leaf: number): number;
}

export const createChoice = (deps: { assortment: Assortment; market: Market; memory: Memory }): Choice => {
  const { assortment, market, memory } = deps;
  const { styles, brandOf, leafOf, nounOf, members, successors, complements } = assortment;
  const demand = new Float64Array(LEAVES);

  const suits = (person: Person, item: number): number => {
    let cosine = 0;
    for (let s = 0; s < STYLES; s += 1) cosine += (person.style[s] as number) * (styles[item * STYLES + s] as number);
    const taste = Math.max(parameters.poorMatch, ((1 + cosine) / 2) ** 2);
    const brand = person.brands.includes(brandOf[item] as number) ? 1 : parameters.otherBrand;
    const again =
      hasBought(memory, person.index, item) && leafSpecs[leafOf[item] as number]?.consumable !== true
        ? parameters.boughtAgain
        : 1;
    return taste * brand * again;
  };

  /** Fills `demand`; returns its sum. */
  const weighLeaves = (person: Person): number => {
    let sum = 0;
    for (let leaf = 0; leaf < LEAVES; leaf += 1) {
      const needs = leafNeeds[leaf] as readonly (readonly [number, number])[];
      let weight = 0;
      for (const [need, strength] of needs) weight += (person.needs[need] as number) * strength;
      weight *= market.season[leaf] as number;
      demand[leaf] = weight;
      sum += weight;
    }
    return sum;
  };

  const fixed = (
    kind: Part['kind'],
    weight: number,
    items: Int32Array,
    shares: readonly number[],
  ): Part | undefined => {
    const kept: number[] = [];
    const weights: number[] = [];
    items.forEach((item, i) => {
      if (item < 0 || !market.inStock(item)) return;
      kept.push(item);
      weights.push(shares[i] as number);
    });
    return kept.length === 0 ? undefined : { kind, weight, items: kept, weights };
  };

  const parts = (person: Person, visit: Visit, at: number): Part[] => {
    const need: Part = { kind: 'need', weight: parameters.need, items: [], weights: [] };
    if (visit.searched !== null) return [need];
    const { index } = person;
    const found: (Part | undefined)[] = [];
    const abandoned = memory.abandoned[index] as number;
    if (visit.views === 0 && abandoned >= 0)
      found.push(fixed('resume', parameters.resume, Int32Array.of(abandoned), [1]));
    if (visit.last >= 0) {
      const n = parameters.successorWeights.length;
      const next = successors.subarray(visit.last * n, visit.last * n + n);
      found.push(fixed('successor', parameters.successor, next, parameters.successorWeights));
    }
    const completing = memory.completing[index] as number;
    if (completing >= 0 && at < (memory.completingUntil[index] as number)) {
      const n = parameters.complementWeights.length;
      const next = complements.subarray(completing * n, completing * n + n);
      found.push(fixed('complement', parameters.complement, next, parameters.complementWeights));
    }
    const staple = memory.staple[index] as number;
    if (staple >= 0 && at - (memory.stapleAt[index] as number) >= parameters.stapleDays * DAY_MS)
      found.push(fixed('staple', parameters.staple, Int32Array.of(staple), [1]));
    return [...found.filter((part) => part !== undefined), need];
  };

  const pick = (weights: ArrayLike<number>, sum: number, random: Random): number => {
    let rest = random.next() * sum;
    for (let i = 0; i < weights.length; i += 1) {
      rest -= weights[i] as number;
      if (rest < 0) return i;
    }
    return weights.length - 1;
  };

  /** From the running sums, accepted by how well the item suits: the product of both, exactly. */
  const drawInLeaf = (person: Person, leaf: number, random: Random): number => {
    const sums = market.table(leaf, person.priceClass);
    const list = members[leaf] as Int32Array;
    const total = sums.at(-1) as number;
    let item = -1;
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const target = random.next() * total;
      let low = 0;
      let high = sums.length - 1;
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((sums[middle] as number) > target) high = middle;
        else low = middle + 1;
      }
      item = list[low] as number;
      if (random.next() < suits(person, item)) break;
    }
    return item;
  };

  /** Adds `mass`, spread over the leaf as `drawInLeaf` draws (within what was searched for). */
  const spread = (into: Float64Array, mass: number, person: Person, leaf: number, searched: Visit['searched']) => {
    const list = members[leaf] as Int32Array;
    const weights = new Float64Array(list.length);
    let sum = 0;
    list.forEach((item, i) => {
      if (searched !== null && nounOf[item] !== searched.noun) return;
      if (searched !== null && searched.brand >= 0 && brandOf[item] !== searched.brand) return;
      const weight = market.weight(item, person.priceClass) * suits(person, item);
      weights[i] = weight;
      sum += weight;
    });
    if (sum === 0) return;
    list.forEach((item, i) => {
      into[item] = (into[item] as number) + (mass * (weights[i] as number)) / sum;
    });
  };

  const keeps = (visit: Visit): number =>
    visit.leaf >= 0 && (market.season[visit.leaf] as number) > 0 ? parameters.keepCategory : 0;

  return {
    parts,
    suits,
    cartChance: (person, item) => parameters.cart * (0.3 + 0.9 * Math.min(1, 3 * suits(person, item))),
    draw: (person, visit, at, random) => {
      const options = parts(person, visit, at);
      const weights = options.map((part) => part.weight);
      const part = options[
        pick(
          weights,
          weights.reduce((a, b) => a + b, 0),
          random,
        )
      ] as Part;
      if (part.kind !== 'need') {
        const sum = part.weights.reduce((a, b) => a + b, 0);
        return { item: part.items[pick(part.weights, sum, random)] as number, part: part.kind };
      }
      if (random.chance(keeps(visit))) return { item: drawInLeaf(person, visit.leaf, random), part: 'need' };
      const sum = weighLeaves(person);
      if (sum === 0) return { item: -1, part: 'need' };
      return { item: drawInLeaf(person, pick(demand, sum, random), random), part: 'need' };
    },
    probabilities: (person, visit, at) => {
      const result = new Float64Array(assortment.size);
      const options = parts(person, visit, at);
      const total = options.reduce((sum, part) => sum + part.weight, 0);
      for (const part of options) {
        const mass = part.weight / total;
        if (part.kind !== 'need') {
          const sum = part.weights.reduce((a, b) => a + b, 0);
          part.items.forEach((item, i) => {
            result[item] = (result[item] as number) + (mass * (part.weights[i] as number)) / sum;
          });
        } else if (visit.searched !== null) {
          spread(result, mass, person, visit.searched.leaf, visit.searched);
        } else {
          const kept = keeps(visit);
          if (kept > 0) spread(result, mass * kept, person, visit.leaf, null);
          const sum = weighLeaves(person);
          const shares = Float64Array.from(demand, (weight) => weight / sum);
          if (sum > 0)
            shares.forEach(
              (share, leaf) => void (share > 0 && spread(result, mass * (1 - kept) * share, person, leaf, null)),
            );
        }
      }
      return result;
    },
    wish: (person, leaf) => {
      const sum = weighLeaves(person);
      return sum === 0 ? 0 : ((demand[leaf] as number) / sum) * LEAVES;
    },
  };
};
