/**
 * Scores of a whole catalogue for many queries at once, of which the best few are kept. All items are scored in small
 * whole numbers, a quarter of the memory to be read and less work; who may be among the best by how far these can be off
 * (quantise.ts) is scored exactly. Invariant: what a query gets depends on nothing but the query and the catalogue, bit for
 * bit: not on the queries beside it nor on threads.
 */
import { createGraph, type Program } from '../training/graph.ts';
import { openSession } from '../training/session.ts';
import { createKeptTable } from '../training/simd/kept-table.ts';
import type { Catalogue } from './catalogue.ts';
import { createLikelyBest, GROUP } from './likely-best.ts';
import { type QuantisedItems, type QuantisedQuery, quantiseItems, quantiseQuery, ZERO } from './quantise.ts';
import { selectTop, type TopItems } from './select-top.ts';

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

/** Keeps copies of the catalogue. Throws a RangeError for sizes that don't fit and for numbers that are none. */
export const createTopItemsScorer = async (
  catalogue: Catalogue,
  { top, batch, threads }: TopItemsOptions,
): Promise<TopItemsScorer> => {
  const { vectors, width } = catalogue;
  checkCatalogue(catalogue, top);
  const items = vectors.length / width;
  const quantised = quantiseItems(vectors, width, GROUP);
  const session = await openSession(productsProgram(quantised, width, batch), { threads });
  const table = createKeptTable(vectors, width);
  const bias = catalogue.bias?.slice();
  const likely = createLikelyBest(quantised, bias, { width, batch, top });
  const steps = new Uint8Array(batch * width).fill(ZERO);
  const run = session.bind({ queries: steps, products: likely.products });
  const candidates = new Int32Array(items);
  let exact = new Float64Array(0);
  let scores = new Float32Array(0);

  const scoreOne = (query: Float32Array, row: number, rounded: QuantisedQuery, found: TopItems, at: number) => {
    const count = likely.find(row, rounded, candidates);
    if (exact.length < count) [exact, scores] = [new Float64Array(2 * count), new Float32Array(2 * count)];
    const some = candidates.subarray(0, count);
    table.products(query, some, exact);
    for (let k = 0; k < count; k += 1) scores[k] = (exact[k] as number) + (bias?.[some[k] as number] ?? 0);
    selectTop({ items: some, scores, count }, top, found, at);
  };
  const scoreAll = async (all: Float32Array, wanted: number): Promise<TopItems> => {
    const found = { items: new Int32Array(wanted * top), scores: new Float32Array(wanted * top) };
    const queryOf = (at: number) => all.subarray(at * width, (at + 1) * width);
    for (let start = 0; start < wanted; start += batch) {
      const rows = Math.min(batch, wanted - start);
      const asked = Array.from({ length: rows }, (_, row) => quantiseQuery(queryOf(start + row), steps, row * width));
      await run();
      asked.forEach((query, row) => scoreOne(queryOf(start + row), row, query, found, start + row));
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

/** From the steps of queries [batch, width] to their products with all items, [batch, places]. */
const productsProgram = ({ steps }: QuantisedItems, width: number, batch: number): Program => {
  const places = steps.length / width;
  const graph = createGraph();
  const queries = graph.bytes('queries', [batch, width]);
  const items = graph.smallIntegers('items', steps, [width, places]);
  const zero = graph.smallIntegers('zero', Uint8Array.of(ZERO), []);
  const shape = [batch, places];
  return graph.program({
    products: graph.node('MatMulInteger', { inputs: [queries, items, zero], shape, type: 'int32' }),
  });
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
