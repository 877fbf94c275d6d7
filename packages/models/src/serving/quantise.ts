/**
 * Vectors as small whole numbers, and how far products of these can be off: with x ≈ x̂ and y ≈ ŷ,
 * |x·y − x̂·ŷ| ≤ |x − x̂| |ŷ| + |x| |y − ŷ| (Cauchy and Schwarz).
 */

/**
 * Steps of the largest number of a block of items. Not 127: where the processor adds pairs of products in 16 bits,
 * 255 · 64 twice just fits.
 */
const ITEM_STEPS = 64;
const QUERY_STEPS = 127;
/** Query numbers are kept as bytes: 0 is this one. */
export const ZERO = 128;
/** Of exact scores, which are sums in float32: of each of their terms, as a share of the product of lengths. */
const ROUNDING = 1e-6;

export interface QuantisedItems {
  /**
   * [items]: which item stands at a place. Those with like largest numbers stand together, so that a block has one scale;
   * the largest first: they score highest most often, and whoever looks for the best finds them early.
   */
  readonly order: Int32Array;
  /** [width, places]: as a product of matrices wants them; the last item once more behind the items. */
  readonly steps: Int8Array;
  /** [blocks], of a step. */
  readonly scales: Float64Array;
  /** [blocks]: the largest |ŷ|. */
  readonly lengths: Float64Array;
  /** [blocks]: the largest |y − ŷ|, and what scores are rounded by. */
  readonly errors: Float64Array;
}

/** Of vectors [items, width], in blocks of `size` places. */
export const quantiseItems = (vectors: Float32Array, width: number, size: number): QuantisedItems => {
  const items = vectors.length / width;
  const blocks = Math.ceil(items / size);
  const places = blocks * size;
  const steps = new Int8Array(width * places);
  const [scales, lengths, errors] = [new Float64Array(blocks), new Float64Array(blocks), new Float64Array(blocks)];
  const most = Float64Array.from({ length: items }, (_, item) =>
    largest(vectors.subarray(item * width, (item + 1) * width)),
  );
  const order = Int32Array.from({ length: items }, (_, item) => item).sort(
    (a, b) => (most[b] as number) - (most[a] as number),
  );
  for (let place = 0; place < places; place += 1) {
    const item = order[Math.min(place, items - 1)] as number;
    const block = Math.floor(place / size);
    const scale = (most[order[block * size] as number] as number) / ITEM_STEPS;
    let [squares, rests, own] = [0, 0, 0];
    for (let i = 0; i < width; i += 1) {
      const value = vectors[item * width + i] as number;
      const step = scale > 0 ? Math.round(value / scale) : 0;
      steps[i * places + place] = step;
      squares += (step * scale) ** 2;
      rests += (value - step * scale) ** 2;
      own += value ** 2;
    }
    scales[block] = scale;
    lengths[block] = Math.max(lengths[block] as number, Math.sqrt(squares));
    const error = Math.sqrt(rests) + ROUNDING * width * Math.sqrt(own);
    errors[block] = Math.max(errors[block] as number, error);
  }
  return { order, steps, scales, lengths, errors };
};

export interface QuantisedQuery {
  readonly scale: number;
  /** |x|. */
  readonly length: number;
  /** |x − x̂|. */
  readonly error: number;
}

/** Of a query [width], as bytes into `steps` from `start` on. */
export const quantiseQuery = (query: Float32Array, steps: Uint8Array, start: number): QuantisedQuery => {
  const scale = largest(query) / QUERY_STEPS;
  let [squares, rests] = [0, 0];
  for (let i = 0; i < query.length; i += 1) {
    const value = query[i] as number;
    const step = scale > 0 ? Math.round(value / scale) : 0;
    steps[start + i] = ZERO + step;
    squares += value * value;
    rests += (value - step * scale) ** 2;
  }
  return { scale, length: Math.sqrt(squares), error: Math.sqrt(rests) };
};

/** The largest |value|; of none 0. */
export const largest = (values: Float32Array | Float64Array): number => {
  let most = 0;
  for (let at = 0; at < values.length; at += 1) {
    const size = Math.abs(values[at] as number);
    if (size > most) most = size;
  }
  return most;
};
