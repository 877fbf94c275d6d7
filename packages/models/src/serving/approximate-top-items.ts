/**
 * The best few of a catalogue that is too large to be scored in full for everybody: candidates out of a graph of near
 * items (HNSW, Malkov and Yashunin 2018), scored exactly. Its metric is the inner product itself: taken for a cosine of
 * vectors with one more number (Bachrach et al. 2014), it finds far less where lengths differ much, as that number
 * then outweighs all others. Invariants: what is found depends on the catalogue and the options alone, as one thread
 * builds the graph; a query gets `top` items even where the graph leads to fewer.
 */
import { setImmediate } from 'node:timers/promises';
import type { Catalogue } from './catalogue.ts';
import { selectTop } from './select-top.ts';
import { checkCatalogue, checkFinite, type TopItemsScorer } from './top-items.ts';

export interface ApproximateOptions {
  readonly top: number;
  /** Items that are scored exactly: more find more of the true best, and cost in proportion. At least `top`. */
  readonly candidates: number;
  /** Called while the graph is built. */
  readonly onProgress?: (added: number, items: number) => void;
}

/** Edges of an item, and items that are looked at to find them: usearch's own choice. */
const CONNECTIVITY = 16;
const EXPANSION_ADD = 128;
/** Items that are added without a break. */
const CHUNK = 5000;
const THREADS = 1;

/**
 * Keeps the catalogue's arrays, and a copy of its vectors in half the bytes. Scores are summed in float64, so that they may
 * differ from `createTopItemsScorer`'s in their last bits. Throws a RangeError for sizes that don't fit and for numbers
 * that are none.
 */
export const createApproximateTopItemsScorer = async (
  catalogue: Catalogue,
  { top, candidates, onProgress }: ApproximateOptions,
): Promise<TopItemsScorer> => {
  checkCatalogue(catalogue, top);
  if (candidates < top) throw new RangeError(`the best ${top} of ${candidates} candidates`);
  const { vectors, width } = catalogue;
  const items = vectors.length / width;
  const index = await buildIndex(catalogue, Math.min(candidates, items), onProgress);

  const candidatesOf = (own: Float32Array): Int32Array => {
    const { keys } = index.search(own, Math.min(candidates, items), THREADS);
    // some items may have no edge that leads to them
    return keys.length < top ? Int32Array.from({ length: items }, (_, item) => item) : numbersOf(keys);
  };
  return {
    score: async (queries) => {
      const wanted = queries.length / width;
      if (!Number.isInteger(wanted)) throw new RangeError(`${queries.length} numbers are no queries of ${width}`);
      checkFinite('queries', queries);
      const found = { items: new Int32Array(wanted * top), scores: new Float32Array(wanted * top) };
      for (let row = 0; row < wanted; row += 1) {
        const own = queries.subarray(row * width, (row + 1) * width);
        const some = candidatesOf(own);
        const scores = new Float64Array(some.length);
        for (let at = 0; at < some.length; at += 1) {
          scores[at] = dot(own, vectors, (some[at] as number) * width);
        }
        selectTop({ items: some, scores, count: some.length }, top, found, row);
      }
      return found;
    },
    close: async () => {},
  };
};

const numbersOf = (keys: BigUint64Array): Int32Array => {
  const numbers = new Int32Array(keys.length);
  for (let at = 0; at < keys.length; at += 1) numbers[at] = Number(keys[at]);
  return numbers;
};

const buildIndex = async (
  { vectors, width }: Catalogue,
  expansionSearch: number,
  onProgress: ApproximateOptions['onProgress'],
) => {
  // loaded when first needed, as most processes never ask for it
  const { Index, MetricKind, ScalarKind } = await import('usearch');
  const items = vectors.length / width;
  const index = new Index({
    dimensions: width,
    metric: MetricKind.IP,
    quantization: ScalarKind.BF16,
    connectivity: CONNECTIVITY,
    expansion_add: EXPANSION_ADD,
    expansion_search: expansionSearch,
    multi: false,
  });
  for (let start = 0; start < items; start += CHUNK) {
    const length = Math.min(CHUNK, items - start);
    const keys = BigUint64Array.from({ length }, (_, at) => BigInt(start + at));
    index.add(keys, vectors.subarray(start * width, (start + length) * width), THREADS);
    onProgress?.(start + length, items);
    await setImmediate(); // others' turn: a million items take minutes
  }
  return index;
};

/** Four sums at once: the additions don't wait for each other. */
const dot = (query: Float32Array, vectors: Float32Array, start: number): number => {
  const even = query.length - (query.length % 4);
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let at = 0; at < even; at += 4) {
    a += (query[at] as number) * (vectors[start + at] as number);
    b += (query[at + 1] as number) * (vectors[start + at + 1] as number);
    c += (query[at + 2] as number) * (vectors[start + at + 2] as number);
    d += (query[at + 3] as number) * (vectors[start + at + 3] as number);
  }
  for (let at = even; at < query.length; at += 1) a += (query[at] as number) * (vectors[start + at] as number);
  return a + b + (c + d);
};
