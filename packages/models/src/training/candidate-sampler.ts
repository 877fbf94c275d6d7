/**
 * Candidates for a sampled softmax: all positives of a batch and draws ∝ support^exponent, each item once, with the
 * chance that it got in. Dividing by that chance makes the sum over candidates an unbiased estimate of the sum over all
 * items (Horvitz and Thompson 1952; "logQ correction", Bengio and Senécal 2008), whichever way an item got in. A row's
 * own positives are in for certain, so that theirs is not divided.
 */
import type { Random } from './random.ts';

export interface CandidateOptions {
  /** [items]: in how many of the rows an item is a positive. */
  readonly support: ArrayLike<number>;
  /** Rows that batches are taken from. */
  readonly rows: number;
  /** Rows of a batch. */
  readonly batch: number;
  /** Draws with replacement, at least 1. */
  readonly draws: number;
  /** 0.5 flattens popularity as word2vec's .75 does, further (GRU4Rec's best on shops). */
  readonly exponent: number;
}

export interface Candidates {
  /** Positives first, in their order, then the rest as drawn. */
  readonly items: Int32Array;
  /** log of the chance that an item is among the candidates by the draws or by another row. */
  readonly logChance: Float32Array;
}

export interface CandidateSampler {
  /** `positives`: the batch's items, each once. */
  draw(positives: Int32Array, random: Random): Candidates;
}

/** log of the chance that what has `chance` at each of so many times never happens. */
const logMissed = (chance: number, times: number): number =>
  times === 0 ? 0 : times * Math.log1p(-Math.min(1, chance));

export const createCandidateSampler = (options: CandidateOptions): CandidateSampler => {
  const { support, rows, batch, draws, exponent } = options;
  const items = support.length;
  const cumulative = new Float64Array(items);
  let total = 0;
  for (let item = 0; item < items; item += 1) {
    total += (support[item] as number) ** exponent;
    cumulative[item] = total;
  }
  if (!(draws >= 1)) throw new RangeError(`draws must be at least 1, not ${draws}`);
  if (!(total > 0)) throw new RangeError('no item has support to draw by');

  const logChance = new Float32Array(items);
  for (let item = 0; item < items; item += 1) {
    const drawn = (support[item] as number) ** exponent / total;
    const shared = (support[item] as number) / rows;
    const out = logMissed(drawn, draws) + logMissed(shared, batch - 1);
    logChance[item] = Math.log(-Math.expm1(out));
  }

  const place = (at: number): number => {
    let [low, high] = [0, items - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((cumulative[middle] as number) > at) high = middle;
      else low = middle + 1;
    }
    return low;
  };
  const taken = new Uint8Array(items);
  return {
    draw: (positives, random) => {
      const found = new Int32Array(positives.length + draws);
      found.set(positives);
      let count = positives.length;
      for (const item of positives) taken[item] = 1;
      for (let draw = 0; draw < draws; draw += 1) {
        const item = place(random.next() * total);
        if (taken[item] === 1) continue;
        taken[item] = 1;
        found[count] = item;
        count += 1;
      }
      const chosen = found.subarray(0, count);
      for (const item of chosen) taken[item] = 0;
      return { items: chosen, logChance: Float32Array.from(chosen, (item) => logChance[item] as number) };
    },
  };
};
