/**
 * The dense parts of a graph filter as factors [items, rank], from the singular vectors V [items, k] of R̃ and its values.
 *
 * Sharpening needs no powers of the sparse P = R̃ᵀR̃. With its eigenvalues x = σ², P·q(P) has the eigenvalues x·q(x); below
 * the smallest that is known these are all but a line, slope·x. So P·q(P) = slope·P + V·diag(x·(q(x) − slope))·Vᵀ, and
 * D^{-1/2}VVᵀD^{1/2}·q(P) is the low rank that it was, with other right factors. With all singular values it is exact.
 */
import { openGram, openTurn } from './tall-products.ts';
import type { TruncatedSvd } from './truncated-svd.ts';

export interface LowRank {
  /** [items, rank]. */
  readonly left: Float32Array;
  /** [items, rank]. */
  readonly right: Float32Array;
  readonly rank: number;
}

/** One step of Runge and Kutta's fourth order of dr/dt = −r·P over T: the start of the series of e^{−T·x}. */
export const sharpener =
  (time: number) =>
  (x: number): number => {
    const t = time * x;
    return 1 - t + t ** 2 / 2 - t ** 3 / 6 + t ** 4 / 24;
  };

/** alpha·D^{-1/2}V and D^{1/2}V. */
export const smoothParts = ({ values, vectors }: TruncatedSvd, itemSums: Float64Array, alpha: number): LowRank => {
  const rank = values.length;
  return {
    left: scaledRows(vectors, rank, (item) => (itemSums[item] === 0 ? 0 : alpha / Math.sqrt(itemSums[item] as number))),
    right: scaledRows(vectors, rank, (item) => Math.sqrt(itemSums[item] as number)),
    rank,
  };
};

/** The same sharpened, beside what P lacks to slope·P; the rank is twice that of V. */
export const sharpenedParts = async (
  svd: TruncatedSvd,
  itemSums: Float64Array,
  options: { readonly alpha: number; readonly sharpening: number; readonly threads: number },
): Promise<LowRank & { readonly slope: number }> => {
  const { values, vectors } = svd;
  const rank = values.length;
  const items = itemSums.length;
  const factor = sharpener(options.sharpening);
  const squares = values.map((value) => value ** 2);
  const slope = factor((squares.at(-1) ?? 0) / 2);
  const gain = squares.map((square) => factor(square) - slope);
  const smooth = smoothParts(svd, itemSums, options.alpha);

  // Vᵀ D^{1/2} q(P) = slope·VᵀD^{1/2} + (VᵀD^{1/2}V)·diag(gain)·Vᵀ, here transposed
  const middle = await weightedGram(vectors, itemSums, rank, options.threads);
  for (let at = 0; at < middle.length; at += 1)
    middle[at] = (middle[at] as number) * (gain[Math.floor(at / rank)] as number);
  const turned = new Float32Array(items * rank);
  const turn = await openTurn(vectors, middle, turned, { length: items, width: rank, threads: options.threads });
  await turn.run();
  await turn.close();

  const left = new Float32Array(items * 2 * rank);
  const right = new Float32Array(items * 2 * rank);
  for (let item = 0; item < items; item += 1)
    for (let at = 0; at < rank; at += 1) {
      const from = item * rank + at;
      const to = item * 2 * rank + at;
      left[to] = (vectors[from] as number) * (squares[at] as number) * (gain[at] as number);
      right[to] = vectors[from] as number;
      left[to + rank] = smooth.left[from] as number;
      right[to + rank] = slope * (smooth.right[from] as number) + (turned[from] as number);
    }
  return { left, right, rank: 2 * rank, slope };
};

/** VᵀD^{1/2}V [rank, rank]. */
const weightedGram = async (vectors: Float32Array, itemSums: Float64Array, rank: number, threads: number) => {
  const into = new Float32Array(rank * rank);
  const scaled = scaledRows(vectors, rank, (item) => (itemSums[item] as number) ** 0.25);
  const gram = await openGram(scaled, into, { length: itemSums.length, width: rank, threads });
  await gram.run();
  await gram.close();
  return into;
};

const scaledRows = (rows: Float32Array, width: number, scale: (row: number) => number): Float32Array => {
  const into = new Float32Array(rows.length);
  for (let row = 0; row * width < rows.length; row += 1) {
    const by = scale(row);
    for (let at = row * width; at < (row + 1) * width; at += 1) into[at] = by * (rows[at] as number);
  }
  return into;
};
