/**
 * The hot loops of training, four numbers at a time, over any arrays. Numbers pass through a small memory of the
 * module's own, which stays in the first caches: copying them there and back costs a fraction of what is saved, and
 * arrays need no special place. float32 throughout and no fused operations: the same bits on every machine.
 */
import { compileWasm, instantiate, type WasmFunction, wasm } from './wasm-module.ts';

const { get, set, integer, addIntegers, loop, load, store, loadTwo, splat, add, addTwo, sub, mul, div, sqrt } = wasm;

/** Numbers of an array that are worked on at once: four arrays fill half of a first cache of 32 KiB. */
export const CHUNK = 1024;
const BYTES = 4;
const VECTOR_BYTES = 16;
/** Arrays lie one after the other. */
const at = (array: number): number => array * CHUNK * BYTES;

/** Local 0 is the address after the last vector of array 0; local `pointer` runs up to it. */
const overVectors = (pointer: number, body: (address: readonly number[]) => readonly number[]): readonly number[] => [
  ...set(pointer, integer(0)),
  ...loop([...body(get(pointer)), ...set(pointer, addIntegers(get(pointer), integer(VECTOR_BYTES)))], pointer, 0),
];

/** array 0 += factor · array 1. Parameters: end, factor. */
const addScaled = (): WasmFunction => {
  const [factor, pointer, wide] = [1, 2, 3];
  return {
    name: 'addScaled',
    parameters: ['i32', 'f32'],
    locals: ['i32', 'v128'],
    body: [
      ...set(wide, splat(get(factor))),
      ...overVectors(pointer, (address) =>
        store(address, add(load(address, at(0)), mul(get(wide), load(address, at(1)))), at(0)),
      ),
    ],
  };
};

/** Of one step, in the order of the kernel's parameters. */
const ADAM_NUMBERS = ['scale', 'beta1', 'rest1', 'beta2', 'rest2', 'stepSize', 'secondScale', 'epsilon'] as const;
export type AdamNumbers = Readonly<Record<(typeof ADAM_NUMBERS)[number], number>>;

/** Adam (its formula: `adam.ts`) on weights, first and second moments and gradients, arrays 0 to 3. */
const adamStep = (): WasmFunction => {
  const count = ADAM_NUMBERS.length;
  const pointer = 1 + count;
  const wide = (name: keyof AdamNumbers) => pointer + 1 + ADAM_NUMBERS.indexOf(name);
  const of = (name: keyof AdamNumbers) => get(wide(name));
  const [g, m, v] = [0, 1, 2].map((local) => pointer + 1 + count + local) as [number, number, number];
  return {
    name: 'adamStep',
    parameters: ['i32', ...ADAM_NUMBERS.map(() => 'f32' as const)],
    locals: ['i32', ...ADAM_NUMBERS.map(() => 'v128' as const), 'v128', 'v128', 'v128'],
    body: [
      ...ADAM_NUMBERS.flatMap((name, parameter) => set(wide(name), splat(get(1 + parameter)))),
      ...overVectors(pointer, (address) => [
        ...set(g, mul(load(address, at(3)), of('scale'))),
        ...set(m, add(mul(of('beta1'), load(address, at(1))), mul(of('rest1'), get(g)))),
        ...set(v, add(mul(of('beta2'), load(address, at(2))), mul(mul(of('rest2'), get(g)), get(g)))),
        ...store(address, get(m), at(1)),
        ...store(address, get(v), at(2)),
        ...store(
          address,
          sub(
            load(address, at(0)),
            div(mul(of('stepSize'), get(m)), add(sqrt(mul(get(v), of('secondScale'))), of('epsilon'))),
          ),
          at(0),
        ),
      ]),
    ],
  };
};

/** Four partial sums of array 0 into array 1, and of its squares behind them. Parameters: end, a zero. */
const sums = (): WasmFunction => {
  const [zero, pointer, sum, squares] = [1, 2, 3, 4];
  return {
    name: 'sums',
    parameters: ['i32', 'f32'],
    locals: ['i32', 'v128', 'v128', 'v128'],
    body: [
      ...set(sum, splat(get(zero))),
      ...set(squares, splat(get(zero))),
      ...overVectors(pointer, (address) => [
        ...set(squares + 1, load(address, at(0))),
        ...set(sum, add(get(sum), get(squares + 1))),
        ...set(squares, add(get(squares), mul(get(squares + 1), get(squares + 1)))),
      ]),
      ...store(integer(0), get(sum), at(1)),
      ...store(integer(0), get(squares), at(1) + VECTOR_BYTES),
    ],
  };
};

/** Four partial sums of array 0, in float64, into array 1. Parameters: end, a zero. */
const wideSums = (): WasmFunction => {
  const [zero, pointer, even, odd] = [1, 2, 3, 4];
  return {
    name: 'wideSums',
    parameters: ['i32', 'f32'],
    locals: ['i32', 'v128', 'v128'],
    body: [
      ...set(even, splat(get(zero))), // float64's zero, too
      ...set(odd, splat(get(zero))),
      // two strands: an addition must not wait for the one before
      ...overVectors(pointer, (address) => [
        ...set(even, addTwo(get(even), loadTwo(address, at(0)))),
        ...set(odd, addTwo(get(odd), loadTwo(address, at(0) + VECTOR_BYTES / 2))),
      ]),
      ...store(integer(0), get(even), at(1)),
      ...store(integer(0), get(odd), at(1) + VECTOR_BYTES),
    ],
  };
};

const ARRAYS = 4;
const exported = instantiate<{
  readonly addScaled: (end: number, factor: number) => void;
  readonly adamStep: (end: number, ...numbers: readonly number[]) => void;
  readonly sums: (end: number, zero: number) => void;
  readonly wideSums: (end: number, zero: number) => void;
}>(compileWasm([addScaled(), adamStep(), sums(), wideSums()]), ARRAYS * CHUNK * BYTES);
const [array0, array1, array2, array3] = Array.from(
  { length: ARRAYS },
  (_, array) => new Float32Array(exported.buffer, at(array), CHUNK),
) as [Float32Array, Float32Array, Float32Array, Float32Array];

/** The end of the vectors that `length` numbers fill: what lies in the last one beside them is computed for nothing. */
const endOf = (length: number): number => Math.ceil(length / 4) * VECTOR_BYTES;

/** A sum of rows that is being made, at most `CHUNK` wide; one at a time. */
export const rowSum = {
  clear: (width: number): void => void array0.fill(0, 0, width),
  /** Adds factor · row. */
  add: (row: Float32Array, factor: number): void => {
    array1.set(row);
    exported.addScaled(endOf(row.length), factor);
  },
  /** Writes it from `start` on. */
  write: (into: Float32Array, start: number, width: number): void => into.set(array0.subarray(0, width), start),
};

/** Array 1 as float64. */
const doubles1 = new Float64Array(exported.buffer, at(1), 4);

/** Chunks of values in array 0, one after the other, with zeros behind the last. */
const inChunks = (values: Float32Array, each: (end: number) => void): void => {
  for (let start = 0; start < values.length; start += CHUNK) {
    const part = Math.min(CHUNK, values.length - start);
    array0.set(values.subarray(start, start + part));
    array0.fill(0, part, endOf(part) / BYTES);
    each(endOf(part));
  }
};

/** Σ of values in float64, always in the same order. */
export const wideSumOf = (values: Float32Array): number => {
  let sum = 0;
  inChunks(values, (end) => {
    exported.wideSums(end, 0);
    for (let lane = 0; lane < 4; lane += 1) sum += doubles1[lane] as number;
  });
  return sum;
};

/** Σ of values and Σ of their squares: float32 within `CHUNK` values, always in the same order. */
export const sumsOf = (values: Float32Array): { readonly sum: number; readonly squares: number } => {
  let [sum, squares] = [0, 0];
  inChunks(values, (end) => {
    exported.sums(end, 0);
    for (let lane = 0; lane < 4; lane += 1) {
      sum += array1[lane] as number;
      squares += array1[4 + lane] as number;
    }
  });
  return { sum, squares };
};

/** Changes at most `CHUNK` weights and their moments; all four of one length. */
export const adamChunk = (
  weights: Float32Array,
  first: Float32Array,
  second: Float32Array,
  gradients: Float32Array,
  numbers: AdamNumbers,
): void => {
  const { length } = weights;
  array0.set(weights);
  array1.set(first);
  array2.set(second);
  array3.set(gradients);
  const { scale, beta1, rest1, beta2, rest2, stepSize, secondScale, epsilon } = numbers;
  exported.adamStep(endOf(length), scale, beta1, rest1, beta2, rest2, stepSize, secondScale, epsilon);
  weights.set(array0.subarray(0, length));
  first.set(array1.subarray(0, length));
  second.set(array2.subarray(0, length));
};
