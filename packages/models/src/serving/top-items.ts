/**
 * Scores of a whole catalogue for many queries at once, of which the best few are kept. Invariant: what a query gets
 * depends on nothing but the query and the catalogue, bit for bit: not on the queries beside it nor on threads.
 */
import { openSession } from '../training/session.ts';
import { type CandidateBlocks, selectTop, type TopItems } from './select-top.ts';
import { BLOCK, type Catalogue, queryWidth, topItemsProgram } from './top-items-program.ts';

export interface TopItemsScorer {
  /** Of queries [n, width], any number. Throws a RangeError where one is no number. */
  score(queries: Float32Array): Promise<TopItems>;
  close(): Promise<void>;
}

export interface TopItemsOptions {
  readonly top: number;
  /** Queries that go through the product together. A few dozen are cheapest by query, one is quickest. */
  readonly batch: number;
  readonly threads: number;
}

/** Keeps a copy of the catalogue. Throws a RangeError for sizes that don't fit and for numbers that are none. */
export const createTopItemsScorer = async (
  catalogue: Catalogue,
  { top, batch, threads }: TopItemsOptions,
): Promise<TopItemsScorer> => {
  const { width } = catalogue;
  checkCatalogue(catalogue, top);
  const session = await openSession(topItemsProgram(catalogue, batch, top), { threads });
  const wide = queryWidth(catalogue);
  const count = Math.min(top, Math.ceil(catalogue.vectors.length / width / BLOCK));
  const queries = new Float32Array(batch * wide).fill(1);
  const scores = new Float32Array(batch * count * BLOCK);
  const blocks = new Int32Array(batch * count);
  const run = session.bind({ queries, scores, blocks });
  const candidates = { blocks, scores, count, length: BLOCK };
  const scoreAll = async (all: Float32Array, wanted: number): Promise<TopItems> => {
    const found = { items: new Int32Array(wanted * top), scores: new Float32Array(wanted * top) };
    for (let start = 0; start < wanted; start += batch) {
      const rows = Math.min(batch, wanted - start);
      for (let row = 0; row < rows; row += 1)
        queries.set(all.subarray((start + row) * width, (start + row + 1) * width), row * wide);
      await run();
      for (let row = 0; row < rows; row += 1)
        selectTop(candidates, row, { top, bound: boundOf(candidates, row, top) }, found, start + row);
    }
    return found;
  };
  let turn: Promise<unknown> = Promise.resolve();
  return {
    score: async (all) => {
      const wanted = all.length / width;
      if (!Number.isInteger(wanted)) throw new RangeError(`${all.length} numbers are no queries of ${width}`);
      checkFinite('queries', all);
      const mine = turn.then(() => scoreAll(all, wanted)); // the arrays are everybody's: one after the other
      turn = mine.catch(() => {});
      return mine;
    },
    close: session.close,
  };
};

/** Each of `top` blocks, best first, has a score as high as the maximum of the last: `top` scores are that high. */
const boundOf = ({ scores, count, length }: CandidateBlocks, query: number, top: number): number => {
  if (count < top) return -Infinity;
  const end = (query + 1) * count * length;
  let maximum = -Infinity;
  for (let at = end - length; at < end; at += 1) maximum = Math.max(maximum, scores[at] as number);
  return maximum;
};

export const checkCatalogue = ({ vectors, width, bias }: Catalogue, top: number): void => {
  const items = vectors.length / width;
  if (!Number.isInteger(items)) throw new RangeError(`${vectors.length} numbers are no vectors of ${width}`);
  if (bias && bias.length !== items) throw new RangeError(`${items} items, ${bias.length} biases`);
  if (!(top >= 1 && top <= items)) throw new RangeError(`the best ${top} of ${items} items`);
  checkFinite('vectors', vectors);
  if (bias) checkFinite('bias', bias);
};

export const checkFinite = (name: string, values: Float32Array): void => {
  for (let at = 0; at < values.length; at += 1)
    if (!Number.isFinite(values[at])) throw new RangeError(`${name}[${at}] is ${values[at]}`);
};
