/**
 * Scores of a whole catalogue for many queries at once, of which the best few are kept. All items are scored in small
 * whole numbers, a quarter of the memory to be read and less work; who may be among the best by how far these can be off
 * (quantise.ts) is scored exactly. Invariant: what a query gets depends on nothing but the query and the catalogue, bit for
 * bit: not on the queries beside it nor on threads.
 */
import { openSession } from '../training/session.ts';
import { createKeptTable } from '../training/simd/kept-table.ts';
import type { Catalogue } from './catalogue.ts';
import { createFindLikely } from './likely-best.ts';
import { largest, type QuantisedQuery, quantiseItems, quantiseQuery, ZERO } from './quantise.ts';
import { selectTop, type TopItems } from './select-top.ts';
import { BLOCK, topItemsProgram } from './top-items-program.ts';

export interface TopItemsScorer {
  /** Of queries [n, width], any number. Throws a RangeError where one is no number, or scores would be none. */
  score(queries: Float32Array): Promise<TopItems>;
  close(): Promise<void>;
}

export interface TopItemsOptions {
  readonly top: number;
  /** Queries that go through the product together. A few dozen are cheapest by query, one is quickest. */
  readonly batch: number;
  readonly threads: number;
}

/** Blocks that products are brought of, for each wanted item: of a block that is not, all items are scored exactly. */
const BROUGHT = 3;
/** Half of float32's largest: sums on the way to a score stay below it, too. */
const MOST = 1.7e38;

/** Keeps copies of the catalogue. Throws a RangeError for sizes that don't fit and for numbers that are none. */
export const createTopItemsScorer = async (
  catalogue: Catalogue,
  { top, batch, threads }: TopItemsOptions,
): Promise<TopItemsScorer> => {
  const { vectors, width } = catalogue;
  checkCatalogue(catalogue, top);
  const items = quantiseItems(vectors, width, BLOCK);
  const blocks = items.scales.length;
  const count = Math.min(blocks, BROUGHT * top);
  const session = await openSession(topItemsProgram(items, { width, batch, count }), { threads });
  const whole = {
    highest: new Int32Array(batch * blocks),
    best: new Int32Array(batch * count),
    products: new Int32Array(batch * count * BLOCK),
  };
  const findLikely = createFindLikely(items, { ...whole, count }, top);
  const table = createKeptTable(vectors, width);
  const steps = new Uint8Array(batch * width).fill(ZERO);
  const sizes = new Float32Array(batch * 2);
  const run = session.bind({ queries: steps, sizes, ...whole });
  const asked: QuantisedQuery[] = [];
  const candidates = new Int32Array(items.order.length);
  const longest = largest(items.lengths);
  let scores = new Float64Array(0);

  const scoreOne = (query: Float32Array, count: number, found: TopItems, at: number): void => {
    if (scores.length < count) scores = new Float64Array(2 * count);
    const some = candidates.subarray(0, count);
    table.products(query, some, scores);
    selectTop({ items: some, scores, count }, top, found, at);
  };
  const scoreAll = async (all: Float32Array, wanted: number): Promise<TopItems> => {
    const found = { items: new Int32Array(wanted * top), scores: new Float32Array(wanted * top) };
    const queryOf = (at: number) => all.subarray(at * width, (at + 1) * width);
    for (let start = 0; start < wanted; start += batch) {
      const rows = Math.min(batch, wanted - start);
      for (let row = 0; row < rows; row += 1) {
        const query = quantiseQuery(queryOf(start + row), steps, row * width);
        if (query.length * longest > MOST)
          throw new RangeError(`scores of ${query.length * longest} don't fit into float32`);
        asked[row] = query;
        sizes.set(query.scale > 0 ? [query.error / query.scale, query.length / query.scale] : [0, 0], 2 * row);
      }
      await run();
      for (let row = 0; row < rows; row += 1) {
        const likely = findLikely(row, asked[row] as QuantisedQuery, candidates);
        scoreOne(queryOf(start + row), likely, found, start + row);
      }
    }
    return found;
  };
  let turn: Promise<unknown> = Promise.resolve();
  return {
    score: async (all) => {
      const wanted = all.length / width;
      if (!Number.isInteger(wanted)) throw new RangeError(`${all.length} numbers are no queries of ${width}`);
      checkFinite('queries', all);
      const own = all.slice(); // what becomes of the caller's meanwhile changes nothing
      const mine = turn.then(() => scoreAll(own, wanted)); // the arrays are everybody's: one after the other
      turn = mine.catch(() => {});
      return mine;
    },
    close: session.close,
  };
};

export const checkCatalogue = ({ vectors, width }: Catalogue, top: number): void => {
  const items = vectors.length / width;
  if (!Number.isInteger(items)) throw new RangeError(`${vectors.length} numbers are no vectors of ${width}`);
  if (!(top >= 1 && top <= items)) throw new RangeError(`the best ${top} of ${items} items`);
  checkFinite('vectors', vectors);
};

export const checkFinite = (name: string, values: Float32Array): void => {
  for (let at = 0; at < values.length; at += 1)
    if (!Number.isFinite(values[at])) throw new RangeError(`${name}[${at}] is ${values[at]}`);
};
