/**
 * The graph filter GF-CF (Shen et al. 2021, "How powerful is graph convolution for recommendation?"): a user's row r of
 * the behaviour matrix R is scored by
 *   r·(R̃ᵀR̃ + alpha·D^{-1/2} V Vᵀ D^{1/2}),   R̃ = U^{-1/2} R D^{-1/2},
 * with U and D the sums of R's rows and columns and V the right singular vectors of R̃ that belong to its largest values:
 * what is two steps away in the graph of users and items, and what is smooth on the whole of it. Fitting is a singular
 * value decomposition; nothing is trained.
 *
 * Sharpened (BSPM; Choi et al. 2023, "Blurring-sharpening process models for collaborative filtering", the form in which
 * both parts are sharpened together) it is multiplied from the right by q(R̃ᵀR̃), q of `low-rank.ts`: what nearly everybody
 * has counts less, what tells people apart more.
 */
import { checkBags } from '../autoencoder/bags.ts';
import type { SparseRows } from '../item-graph.ts';
import { gramMemory, graphFilterMemory } from '../memory/fit-memory.ts';
import { checkMemory, type MemoryOptions, machineBytes } from '../memory/memory-need.ts';
import { gramRows } from './gram-rows.ts';
import { keepStrongest } from './keep-strongest.ts';
import { type LowRank, sharpenedParts, smoothParts } from './low-rank.ts';
import { type SvdOptions, type TruncatedSvd, truncatedSvd } from './truncated-svd.ts';

/** What all filters of some behaviour have in common. */
export interface GraphSpectrum {
  /** R̃ᵀR̃ [items, items]. */
  readonly gram: SparseRows;
  /** Of R̃. */
  readonly svd: TruncatedSvd;
  /** D's diagonal, [items]. */
  readonly itemSums: Float64Array;
}

export interface GraphFilterOptions extends MemoryOptions {
  /** Weight of the smooth part: .3, by validation. */
  readonly alpha: number;
  /** How long it is sharpened, BSPM's T: 0 leaves GF-CF as it is, 2.5 is published for Gowalla. */
  readonly sharpening: number;
  /** How many entries of a row of R̃ᵀR̃ are kept, the largest. */
  readonly keep: number;
  readonly threads: number;
}

/** Scores are r·(neighbours + left·rightᵀ). */
export interface GraphFilter extends LowRank {
  /** [items, ≤ keep]. */
  readonly neighbours: SparseRows;
}

/**
 * `bags` [users, items] with R's entries, above 0. The rank is 256 in the paper. Throws a RangeError for items that are not
 * known or twice in a row, and for more than memory has room for.
 */
export const graphSpectrum = async (bags: SparseRows, items: number, options: SvdOptions): Promise<GraphSpectrum> => {
  const { memoryBytes = machineBytes() } = options;
  checkMemory(gramMemory(bags, items), memoryBytes);
  checkBags(bags, items, 'bags');
  const { matrix, itemSums } = normalisedByDegrees(bags, items);
  const gram = gramRows(matrix, items, memoryBytes);
  // a column and a weight of 4 bytes
  const left = memoryBytes - 8 * gram.columns.length;
  return { gram, svd: await truncatedSvd(matrix, items, { ...options, memoryBytes: left }), itemSums };
};

/** Items that nobody has score 0. Throws a RangeError for more than memory has room for. */
export const graphFilter = async (
  { gram, svd, itemSums }: GraphSpectrum,
  { alpha, sharpening, keep, threads, memoryBytes }: GraphFilterOptions,
): Promise<GraphFilter> => {
  checkMemory(graphFilterMemory(itemSums.length, svd.values.length, sharpening > 0), memoryBytes);
  const neighbours = keepStrongest(gram, keep);
  if (sharpening === 0) return { neighbours, ...smoothParts(svd, itemSums, alpha) };
  const { slope, ...parts } = await sharpenedParts(svd, itemSums, { alpha, sharpening, threads });
  return { neighbours: { ...neighbours, weights: neighbours.weights.map((weight) => slope * weight) }, ...parts };
};

/** R̃ and the diagonal of D. */
const normalisedByDegrees = ({ rowStart, columns, weights }: SparseRows, items: number) => {
  const itemSums = new Float64Array(items);
  const userSums = new Float64Array(rowStart.length - 1);
  userSums.forEach((_, user) => {
    for (let at = rowStart[user] as number; at < (rowStart[user + 1] as number); at += 1) {
      const item = columns[at] as number;
      const weight = weights[at] as number;
      if (!(weight > 0)) throw new RangeError(`user ${user} has item ${item} with weight ${weight}`);
      userSums[user] = (userSums[user] as number) + weight;
      itemSums[item] = (itemSums[item] as number) + weight;
    }
  });
  const scaled = new Float32Array(rowStart.at(-1) ?? 0);
  userSums.forEach((sum, user) => {
    for (let at = rowStart[user] as number; at < (rowStart[user + 1] as number); at += 1)
      scaled[at] = (weights[at] as number) / Math.sqrt(sum * (itemSums[columns[at] as number] as number));
  });
  return { matrix: { rowStart, columns, weights: scaled }, itemSums };
};
