/**
 * The models of a release as files of typed arrays. Invariant: a part is checked alike before it is written and after it
 * was read, so that a release that opens is one that serves.
 */
import { type Autoencoder, checkWeights as checkAutoencoder } from '../autoencoder/shape.ts';
import { checkRows, type SparseRows } from '../item-graph.ts';
import type { GraphFilter } from '../linear/graph-filter.ts';
import type { PurchaseCalibration } from '../recurrent/next-purchase.ts';
import { checkWeights as checkRecurrent, type RecurrentModel } from '../recurrent/shape.ts';
import {
  type ArrayFile,
  type ArrayFormat,
  type Arrays,
  decodeArrays,
  decodeWholeArrays,
  encodeArrays,
} from '../training/array-file.ts';
import { firstBroken } from '../training/first-broken.ts';

export interface ReleaseModels {
  readonly autoencoder?: Autoencoder;
  readonly recurrent?: RecurrentModel;
  /** Of the recurrent model's next purchases. */
  readonly purchases?: PurchaseCalibration;
  /** EDLAE's weights, [items, items]. */
  readonly edlae?: SparseRows;
  readonly graphFilter?: GraphFilter;
}

interface PartFile<P> {
  readonly file: string;
  toArrays(part: P): ArrayFile<object>;
  fromArrays(file: ArrayFile<object>): P;
  /** Throws a RangeError where the part does not fit itself or the vocabulary. */
  check(part: P, items: number): void;
}

/** Of every `.bin` file. */
export const FORMAT: ArrayFormat = { name: 'model', magic: 'NCMD', version: 1 };

type Parts = { readonly [Name in keyof Required<ReleaseModels>]: PartFile<NonNullable<ReleaseModels[Name]>> };

export const PARTS: Parts = {
  autoencoder: {
    file: 'autoencoder/weights.bin',
    toArrays: ({ weights, ...about }) => ({ about, arrays: weights }),
    fromArrays: ({ about, arrays }) => ({ ...(about as Omit<Autoencoder, 'weights'>), weights: floats(arrays) }),
    check: ({ shape, weights }, items) => {
      checkAutoencoder(shape, weights);
      sameItems(shape.items, items);
      if (shape.columns < shape.items) throw new RangeError(`${shape.columns} columns, fewer than its items`);
    },
  },
  recurrent: {
    file: 'recurrent/weights.bin',
    toArrays: ({ weights, itemFeatures, ...about }) => ({
      about,
      arrays: { ...under('weights', weights), ...(itemFeatures && under('itemFeatures', { ...itemFeatures })) },
    }),
    fromArrays: ({ about, arrays }) => ({
      ...(about as Pick<RecurrentModel, 'shape'>),
      weights: floats(within('weights', arrays)),
      ...('itemFeatures.rowStart' in arrays && { itemFeatures: rowsIn(within('itemFeatures', arrays)) }),
    }),
    check: ({ shape, weights, itemFeatures }, items) => {
      checkRecurrent(shape, weights);
      sameItems(shape.items, items);
      if (itemFeatures) checkRows(itemFeatures, shape.items, shape.features, 'features of items');
    },
  },
  purchases: {
    file: 'recurrent/purchases.bin',
    toArrays: ({ temperature, isotonic }) => ({ about: { temperature }, arrays: { ...isotonic } }),
    fromArrays: ({ about, arrays }) => ({
      ...(about as Pick<PurchaseCalibration, 'temperature'>),
      isotonic: arrays as unknown as PurchaseCalibration['isotonic'],
    }),
    check: ({ temperature, isotonic: { from, heights } }) => {
      if (!(temperature > 0 && temperature < Infinity)) throw new RangeError(`a temperature of ${temperature}`);
      if (from.length === 0 || from.length !== heights.length)
        throw new RangeError(`${from.length} steps of ${heights.length} heights`);
    },
  },
  edlae: {
    file: 'linear/edlae.bin',
    toArrays: (rows) => ({ about: {}, arrays: { ...rows } }),
    fromArrays: ({ arrays }) => rowsIn(arrays),
    check: (rows, items) => checkItemRows(rows, items),
  },
  graphFilter: {
    file: 'linear/graph-filter.bin',
    toArrays: ({ neighbours, left, right, rank }) => ({
      about: { rank },
      arrays: { ...under('neighbours', { ...neighbours }), left, right },
    }),
    fromArrays: ({ about, arrays }) => ({
      ...(about as Pick<GraphFilter, 'rank'>),
      neighbours: rowsIn(within('neighbours', arrays)),
      left: arrays['left'] as Float32Array,
      right: arrays['right'] as Float32Array,
    }),
    check: ({ neighbours, left, right, rank }, items) => {
      checkItemRows(neighbours, items);
      for (const [name, factors] of Object.entries({ left, right }))
        if (factors.length !== items * rank)
          throw new RangeError(`${name} has ${factors.length} numbers, not [${items}, ${rank}]`);
    },
  },
};

/** Throws a RangeError naming the first number that is none. */
const checkFiniteArrays = (arrays: Arrays): void => {
  for (const [name, values] of Object.entries(arrays)) {
    const at = values instanceof Float32Array || values instanceof Float64Array ? firstBroken(values) : -1;
    if (at >= 0) throw new RangeError(`${name}[${at}] is ${values[at]}`);
  }
};

/** Throws a RangeError for a part that does not fit the vocabulary or has numbers that are none. */
export const encodePart = <P>({ toArrays, check }: PartFile<P>, part: P, items: number): Uint8Array => {
  const file = toArrays(part);
  check(part, items);
  checkFiniteArrays(file.arrays);
  return encodeArrays(FORMAT, file);
};

/** Of bytes that are known to be whole; they become the part. Throws an Error for those of no part, and as `encodePart` does. */
export const decodePart = <P>({ fromArrays, check }: PartFile<P>, bytes: Uint8Array, items: number): P => {
  const file = decodeWholeArrays<object>(FORMAT, bytes);
  checkFiniteArrays(file.arrays);
  const part = fromArrays(file);
  check(part, items);
  return part;
};

/** Arrays of any name, for what is neither trained nor in need of a program: neighbours, co-visits, sessions. */
export const encodeTable = (arrays: Arrays): Uint8Array => {
  checkFiniteArrays(arrays);
  return encodeArrays(FORMAT, { about: {}, arrays });
};
export const decodeTable = (bytes: Uint8Array): Arrays => decodeArrays(FORMAT, bytes).arrays;
/** Of bytes that are known to be whole; they become the arrays. */
export const decodeWholeTable = (bytes: Uint8Array): Arrays => decodeWholeArrays(FORMAT, bytes).arrays;

const under = (prefix: string, arrays: Arrays): Arrays =>
  Object.fromEntries(Object.entries(arrays).map(([name, array]) => [`${prefix}.${name}`, array]));

const within = (prefix: string, arrays: Arrays): Arrays =>
  Object.fromEntries(
    Object.entries(arrays).flatMap(([name, array]) =>
      name.startsWith(`${prefix}.`) ? [[name.slice(prefix.length + 1), array] as const] : [],
    ),
  );

const floats = (arrays: Arrays) => arrays as Readonly<Record<string, Float32Array>>;
const rowsIn = (arrays: Arrays) => arrays as unknown as SparseRows;

const sameItems = (own: number, items: number): void => {
  if (own !== items) throw new RangeError(`it is of ${own} items, the vocabulary of ${items}`);
};

const checkItemRows = (rows: SparseRows, items: number): void => {
  sameItems(rows.rowStart.length - 1, items);
  checkRows(rows, items, items, 'rows of items');
};
