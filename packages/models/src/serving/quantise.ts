/**
 * Vectors as small whole numbers, and how far products of these can be off: with x ≈ x̂ and y ≈ ŷ,
 * |x·y − x̂·ŷ| ≤ |x − x̂| |ŷ| + |x| |y − ŷ| (Cauchy and Schwarz).
 */

/**
 * Steps of the largest number of a group of items. Not 127: where the processor adds pairs of products in 16 bits,
 * 255 · 64 twice just fits.
 */
const ITEM_STEPS = 64;
const QUERY_STEPS = 127;
/** Query numbers are kept as bytes: 0 is this one. */
export const ZERO = 128;

export interface QuantisedItems {
  /** [items]: which item stands at a place. Those of like length stand together, so that a group has one scale. */
  readonly order: Int32Array;
  /** [width, places]: as a product of matrices wants them; 0 behind the items. */
  readonly steps: Int8Array;
  /** [groups], of a step. */
  readonly scales: Float64Array;
  /** [groups]: the largest |ŷ|. */
  readonly lengths: Float64Array;
  /** [groups]: the largest |y − ŷ|. */
  readonly errors: Float64Array;
}

/** Of vectors [items, width], in groups of `size` places. */
export const quantiseItems = (vectors: Float32Array, width: number, size: number): QuantisedItems => {
  const items = vectors.length / width;
  const groups = Math.ceil(items / size);
  const places = groups * size;
  const steps = new Int8Array(width * places);
  const [scales, lengths, errors] = [new Float64Array(groups), new Float64Array(groups), new Float64Array(groups)];
  const most = Float64Array.from({ length: items }, (_, item) => largest(vectors, item * width, width));
  const order = Int32Array.from({ length: items }, (_, item) => item).sort(
    (a, b) => (most[a] as number) - (most[b] as number),
  );
  for (let place = 0; place < items; place += 1) {
    const group = Math.floor(place / size);
    const last = order[Math.min(items, (group + 1) * size) - 1] as number;
    const scale = (most[last] as number) / ITEM_STEPS;
    const start = (order[place] as number) * width;
    let [squares, rests] = [0, 0];
    for (let i = 0; i < width; i += 1) {
      const value = vectors[start + i] as number;
      const step = scale > 0 ? Math.round(value / scale) : 0;
      steps[i * places + place] = step;
      squares += (step * scale) ** 2;
      rests += (value - step * scale) ** 2;
    }
    scales[group] = scale;
    lengths[group] = Math.max(lengths[group] as number, Math.sqrt(squares));
    errors[group] = Math.max(errors[group] as number, Math.sqrt(rests));
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
  const scale = largest(query, 0, query.length) / QUERY_STEPS;
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

const largest = (values: Float32Array, start: number, length: number): number => {
  let most = 0;
  for (let at = start; at < start + length; at += 1) most = Math.max(most, Math.abs(values[at] as number));
  return most;
};
