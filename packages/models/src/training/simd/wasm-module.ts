/**
 * A WebAssembly module out of a few functions over one memory (webassembly.github.io/spec/core/binary): enough for loops
 * over vectors of four float32 or two float64. JavaScript has no such instructions, and its engines make none out of loops.
 */
export type Code = readonly number[];

export interface WasmFunction {
  readonly name: string;
  /** Parameters are locals 0, 1, …; then come `locals`. */
  readonly parameters: readonly ValueType[];
  readonly locals: readonly ValueType[];
  readonly body: Code;
}

const VALUE_TYPES = { i32: 0x7f, f32: 0x7d, v128: 0x7b } as const;
export type ValueType = keyof typeof VALUE_TYPES;

const unsigned = (value: number): number[] =>
  value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(Math.floor(value / 0x80))];

const signed = (value: number): number[] => {
  const [low, rest] = [value & 0x7f, value >> 7];
  const isLast = (rest === 0 && low < 0x40) || (rest === -1 && low >= 0x40);
  return isLast ? [low] : [low | 0x80, ...signed(rest)];
};

const END = 0x0b;
const simd = (operator: number, ...more: readonly number[]): Code => [0xfd, ...unsigned(operator), ...more];
/** log₂ of the alignment that a load or store may count on: vectors of 16 bytes. */
const ALIGNED = 4;
/** The same of half a vector. */
const HALF_ALIGNED = 3;

/** Instructions that push what they compute; operands come first. */
export const wasm = {
  get: (local: number): Code => [0x20, ...unsigned(local)],
  set: (local: number, value: Code): Code => [...value, 0x21, ...unsigned(local)],
  integer: (value: number): Code => [0x41, ...signed(value)],
  addIntegers: (a: Code, b: Code): Code => [...a, ...b, 0x6a],
  /** Runs the body until `pointer` of i32, which it must move on, reaches `end`; at least once. */
  loop: (body: Code, pointer: number, end: number): Code => [
    ...[0x03, 0x40],
    ...body,
    ...[0x20, ...unsigned(pointer), 0x20, ...unsigned(end), 0x49, 0x0d, 0],
    END,
  ],
  loadInteger: (address: Code): Code => [...address, 0x28, 2, 0],
  load: (address: Code, offset: number): Code => [...address, ...simd(0x00, ALIGNED, ...unsigned(offset))],
  store: (address: Code, value: Code, offset: number): Code => [
    ...address,
    ...value,
    ...simd(0x0b, ALIGNED, ...unsigned(offset)),
  ],
  /** One float32 in all four places. */
  splat: (value: Code): Code => [...value, ...simd(0x13)],
  add: (a: Code, b: Code): Code => [...a, ...b, ...simd(0xe4)],
  sub: (a: Code, b: Code): Code => [...a, ...b, ...simd(0xe5)],
  mul: (a: Code, b: Code): Code => [...a, ...b, ...simd(0xe6)],
  div: (a: Code, b: Code): Code => [...a, ...b, ...simd(0xe7)],
  sqrt: (a: Code): Code => [...a, ...simd(0xe3)],
  /** Two float32 as two float64. */
  loadTwo: (address: Code, offset: number): Code => [
    ...address,
    ...simd(0x5d, HALF_ALIGNED, ...unsigned(offset)),
    ...simd(0x5f),
  ],
  /** Of two float64 each. */
  addTwo: (a: Code, b: Code): Code => [...a, ...b, ...simd(0xf0)],
};

const vector = (items: readonly Code[]): Code => [...unsigned(items.length), ...items.flat()];
const sized = (bytes: Code): Code => [...unsigned(bytes.length), ...bytes];
const section = (id: number, items: readonly Code[]): Code => [id, ...sized(vector(items))];
const text = (name: string): Code => sized([...new TextEncoder().encode(name)]);
const types = (of: readonly ValueType[]): Code => vector(of.map((type) => [VALUE_TYPES[type]]));

/** Bytes of a module that exports its functions, and as `memory` one that can grow. */
const encodeWasm = (functions: readonly WasmFunction[]): Uint8Array<ArrayBuffer> => {
  const [TYPES, FUNCTIONS, MEMORY, EXPORTS, CODE] = [1, 3, 5, 7, 10] as const;
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(
      TYPES,
      functions.map(({ parameters }) => [0x60, ...types(parameters), ...types([])]),
    ),
    ...section(
      FUNCTIONS,
      functions.map((_, at) => unsigned(at)),
    ),
    ...section(MEMORY, [[0, 0]]),
    ...section(EXPORTS, [[...text('memory'), 2, 0], ...functions.map(({ name }, at) => [...text(name), 0, at])]),
    ...section(
      CODE,
      functions.map(({ locals, body }) =>
        sized([...vector(locals.map((type) => [1, VALUE_TYPES[type]])), ...body, END]),
      ),
    ),
  ]);
};

/** Of the JavaScript API (webassembly.github.io/spec/js-api) what is used; no library that we compile with declares it. */
interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}
interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
}

const api = () => (globalThis as unknown as { readonly WebAssembly: WebAssemblyApi }).WebAssembly;

export interface WasmModule {
  readonly compiled: object;
}

/** To be done once for the process: code that comes and goes with each instance is what engines are least tried with. */
export const compileWasm = (functions: readonly WasmFunction[]): WasmModule => {
  const { Module } = api();
  return { compiled: new Module(encodeWasm(functions)) };
};

const PAGE_BYTES = 65_536;

/** What the module exports, with a memory of its own of so many bytes or more; `Exports` must say what is in it. */
export const instantiate = <Exports>(
  { compiled }: WasmModule,
  bytes: number,
): Exports & { readonly buffer: ArrayBuffer } => {
  const { Instance } = api();
  const exported = new Instance(compiled).exports as Exports & { readonly memory: WasmMemory };
  exported.memory.grow(Math.ceil(bytes / PAGE_BYTES));
  return { ...exported, buffer: exported.memory.buffer };
};
