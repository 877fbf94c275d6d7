/**
 * Runs a program on the CPU. Invariants: inputs are read and outputs written where the caller's arrays lie; the same
 * arrays and thread count give the same bits. A run blocks the thread that it is called on. The engine's binding makes a
 * copy of each output all the same, which nobody reads (1.30, js/node/src/tensor_helper.cc; a later one will not).
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { InferenceSession, OnnxValue } from 'onnxruntime-node';
import { loadEngine } from './engine.ts';
import type { Program } from './graph.ts';
import type { TensorSpec } from './onnx-model.ts';
import { sizeOf } from './shape.ts';

export type Numbers = Float32Array | Float64Array | Int32Array | Uint8Array;

export interface Session {
  /**
   * Fixes where inputs are read and outputs are written, by name; returns a run. The arrays keep their place: change
   * what is in them between runs. Throws a TypeError or RangeError for a missing array or one of another kind or size.
   */
  bind(arrays: Readonly<Record<string, Numbers>>): () => Promise<void>;
  /** The same for a program with `mostRows`: a run takes and makes the first `rows` rows, 1 to `mostRows`. */
  bindRows(arrays: Readonly<Record<string, Numbers>>): (rows: number) => Promise<void>;
  close(): Promise<void>;
}

export interface SessionOptions {
  /** Results may differ in their last bits between thread counts. */
  readonly threads: number;
}

const ARRAYS = { float32: Float32Array, float64: Float64Array, int32: Int32Array, uint8: Uint8Array } as const;

export const openSession = async (program: Program, { threads }: SessionOptions): Promise<Session> => {
  const { InferenceSession: engine, Tensor } = await loadEngine();
  const options: InferenceSession.SessionOptions = {
    executionProviders: ['cpu'],
    executionMode: 'sequential',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    // threads that have nothing to do sleep: spinning, they take their core from whatever else runs here, the loops
    // between two runs among it
    extra: { session: { intra_op: { allow_spinning: '0' } } },
    logSeverityLevel: 3, // errors: it warns of every constant that it folds away
  };
  const session = await engine.create(program.model, options);
  // making it kept the thread: what waits comes before what the caller goes on with
  await nextTurn();

  const tensorOver = ({ name, type, shape }: TensorSpec, array: Numbers | undefined): OnnxValue => {
    const kind = type in ARRAYS ? ARRAYS[type as keyof typeof ARRAYS] : undefined;
    if (!kind || !(array instanceof kind)) throw new TypeError(`${name} wants an array of ${type}`);
    if (array.length !== sizeOf(shape))
      throw new RangeError(`${name} [${shape.join(', ')}] has ${sizeOf(shape)} numbers, the array ${array.length}`);
    return new Tensor(type as 'float32', array as Float32Array, shape);
  };
  const runOver = (arrays: Readonly<Record<string, Numbers>>, rows: number | undefined) => {
    const over = (specs: readonly TensorSpec[]) =>
      Object.fromEntries(
        specs.map((spec) => {
          const whole = arrays[spec.name];
          if (rows === undefined || spec.shape[0] !== program.mostRows) return [spec.name, tensorOver(spec, whole)];
          const shape = [rows, ...spec.shape.slice(1)];
          return [spec.name, tensorOver({ ...spec, shape }, whole?.subarray(0, sizeOf(shape)))];
        }),
      );
    const [feeds, fetches] = [over(program.inputs), over(program.outputs)];
    return async () => {
      await session.run(feeds, fetches);
    };
  };
  return {
    bind: (arrays) => runOver(arrays, undefined),
    bindRows: (arrays) => {
      const runs = new Map<number, () => Promise<void>>();
      return (rows) => {
        const run = runs.get(rows) ?? runOver(arrays, rows);
        runs.set(rows, run);
        return run();
      };
    },
    close: () => session.release(),
  };
};
