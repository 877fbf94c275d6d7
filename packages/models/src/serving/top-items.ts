/**
 * Scores of a whole catalogue for many queries at once, of which the best few are kept. Invariant: what a query gets
 * depends on nothing but the query and the catalogue, bit for bit: not on the queries beside it nor on threads.
 */
import { openSession } from '../training/session.ts';
import { type Catalogue, topItemsProgram } from './top-items-program.ts';

export interface TopItems {
  /** [queries, top], best first, equal scores by item number. */
  readonly items: Int32Array;
  /** [queries, top]: query · vector + bias. */
  readonly scores: Float32Array;
}

export interface TopItemsScorer {
  /** Of queries [n, width], any number. */
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
  const queries = new Float32Array(batch * width);
  const items = new Int32Array(batch * top);
  const scores = new Float32Array(batch * top);
  const run = session.bind({ queries, items, scores });
  return {
    score: async (all) => {
      const count = all.length / width;
      if (!Number.isInteger(count)) throw new RangeError(`${all.length} numbers are no queries of ${width}`);
      const found = { items: new Int32Array(count * top), scores: new Float32Array(count * top) };
      for (let start = 0; start < count; start += batch) {
        const rows = Math.min(batch, count - start);
        queries.set(all.subarray(start * width, (start + rows) * width));
        await run();
        found.items.set(items.subarray(0, rows * top), start * top);
        found.scores.set(scores.subarray(0, rows * top), start * top);
      }
      return found;
    },
    close: session.close,
  };
};

const checkCatalogue = ({ vectors, width, bias }: Catalogue, top: number): void => {
  const items = vectors.length / width;
  if (!Number.isInteger(items)) throw new RangeError(`${vectors.length} numbers are no vectors of ${width}`);
  if (bias && bias.length !== items) throw new RangeError(`${items} items, ${bias.length} biases`);
  if (!(top >= 1 && top <= items)) throw new RangeError(`the best ${top} of ${items} items`);
  for (const [name, values] of Object.entries({ vectors, ...(bias && { bias }) })) {
    const broken = values.findIndex((value) => !Number.isFinite(value));
    if (broken >= 0) throw new RangeError(`${name}[${broken}] is ${values[broken]}`);
  }
};
