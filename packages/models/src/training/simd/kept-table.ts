/**
 * A table of rows in a memory that vector instructions reach: for tables that are read all day and never change. Rows are
 * not moved to be worked on, and nothing is made anew for each. float32 throughout, sums in a fixed order: the same bits on
 * every machine.
 */
import type { SparseRows } from '../../item-graph.ts';
import { compileWasm, instantiate, type WasmFunction, wasm } from './wasm-module.ts';

export interface KeptTable {
  /** into[b] = Σ weight · row[column] over row b of the bags, [rows of the bags, width]; numbers behind those become 0. */
  gather(bags: SparseRows, into: Float32Array): void;
  /** Products of vectors [n, width] with some rows, into [n, rows.length]. */
  products(vectors: Float32Array, rows: Int32Array, into: Float64Array): void;
}

const { get, set, integer, addIntegers, loop, loadInteger, load, store, splat, add, mul } = wasm;
const BYTES = 4;
const VECTOR_BYTES = 16;
const ahead = (local: number, by: readonly number[]) => set(local, addIntegers(get(local), by));

/** into += factor · row. Parameters: into, where it ends, row, factor. */
const addRow: WasmFunction = {
  name: 'addRow',
  parameters: ['i32', 'i32', 'i32', 'f32'],
  locals: ['v128'],
  body: [
    ...set(4, splat(get(3))),
    ...loop(
      [
        ...store(get(0), add(load(get(0), 0), mul(get(4), load(get(2), 0))), 0),
        ...ahead(0, integer(VECTOR_BYTES)),
        ...ahead(2, integer(VECTOR_BYTES)),
      ],
      0,
      1,
    ),
  ],
};

/**
 * Products of listed rows with vectors that lie one behind the other: four partial sums of each from `out` on. Parameters:
 * a list of rows' addresses, where it ends, bytes of a row, vectors, where they end, out, a zero.
 */
const dots: WasmFunction = {
  name: 'dots',
  parameters: ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'f32'],
  locals: ['i32', 'i32', 'i32', 'v128'],
  body: loop(
    [
      ...set(8, get(3)),
      ...set(9, addIntegers(loadInteger(get(0)), get(2))),
      ...loop(
        [
          ...set(7, loadInteger(get(0))),
          ...set(10, splat(get(6))),
          ...loop(
            [
              ...set(10, add(get(10), mul(load(get(7), 0), load(get(8), 0)))),
              ...ahead(7, integer(VECTOR_BYTES)),
              ...ahead(8, integer(VECTOR_BYTES)),
            ],
            7,
            9,
          ),
          ...store(get(5), get(10), 0),
          ...ahead(5, integer(VECTOR_BYTES)),
        ],
        8,
        4,
      ),
      ...ahead(0, integer(BYTES)),
    ],
    0,
    1,
  ),
};

const loops = compileWasm([addRow, dots]);

/** Rows of results, or vectors, that are worked on at once; of products also rows of the table. */
const AT_ONCE = 64;

/** Copies `values` [rows, width]: what becomes of them later changes nothing. */
export const createKeptTable = (values: Float32Array, width: number): KeptTable => {
  const rows = values.length / width;
  const wide = Math.ceil(width / 4) * 4;
  const stride = wide * BYTES;
  /** Behind the table: vectors or sums, then partial sums of products. */
  const work = rows * stride;
  const partial = work + AT_ONCE * stride;
  const list = partial + AT_ONCE ** 2 * VECTOR_BYTES;
  const exported = instantiate<{
    readonly addRow: (into: number, end: number, row: number, factor: number) => void;
    readonly dots: (
      list: number,
      listEnd: number,
      stride: number,
      vectors: number,
      vectorsEnd: number,
      out: number,
      zero: number,
    ) => void;
  }>(loops, list + AT_ONCE * BYTES);
  const { buffer } = exported;
  const table = new Float32Array(buffer, 0, rows * wide);
  const area = new Float32Array(buffer, work, AT_ONCE * wide);
  const partials = new Float32Array(buffer, partial, AT_ONCE ** 2 * 4);
  const addresses = new Int32Array(buffer, list, AT_ONCE);
  if (wide === width) table.set(values);
  else for (let row = 0; row < rows; row += 1) table.set(values.subarray(row * width, (row + 1) * width), row * wide);

  /** Rows of `width` between a caller's array and the area's wider ones. */
  const move = (theirs: Float32Array, start: number, count: number, direction: 'in' | 'out'): void => {
    for (let row = 0; row < count; row += 1)
      for (let i = 0; i < width; i += 1) {
        const own = row * wide + i;
        const other = (start + row) * width + i;
        if (direction === 'in') area[own] = theirs[other] as number;
        else theirs[other] = area[own] as number;
      }
  };

  return {
    gather: ({ rowStart, columns, weights }, into) => {
      const count = Math.max(0, rowStart.length - 1);
      for (let start = 0; start < count; start += AT_ONCE) {
        const some = Math.min(AT_ONCE, count - start);
        area.fill(0, 0, some * wide);
        for (let row = 0; row < some; row += 1) {
          const sum = work + row * stride;
          const end = rowStart[start + row + 1] as number;
          for (let at = rowStart[start + row] as number; at < end; at += 1)
            exported.addRow(sum, sum + stride, (columns[at] as number) * stride, weights[at] as number);
        }
        move(into, start, some, 'out');
      }
      into.fill(0, count * width);
    },
    products: (vectors, some, into) => {
      const count = vectors.length / width;
      for (let start = 0; start < count; start += AT_ONCE) {
        const few = Math.min(AT_ONCE, count - start);
        move(vectors, start, few, 'in');
        for (let first = 0; first < some.length; first += AT_ONCE) {
          const listed = Math.min(AT_ONCE, some.length - first);
          for (let at = 0; at < listed; at += 1) addresses[at] = (some[first + at] as number) * stride;
          exported.dots(list, list + listed * BYTES, stride, work, work + few * stride, partial, 0);
          for (let at = 0; at < listed; at += 1)
            for (let k = 0; k < few; k += 1) {
              const sum = (at * few + k) * 4;
              const low = (partials[sum] as number) + (partials[sum + 1] as number);
              const high = (partials[sum + 2] as number) + (partials[sum + 3] as number);
              into[(start + k) * some.length + first + at] = low + high;
            }
        }
      }
    },
  };
};
