/**
 * Optimisers of tables of which a step touches few rows. Invariant: a row that is not touched costs nothing and keeps
 * its bits. Gradients come compact, [count, width], with the rows they belong to.
 */
import { type AdamOptions, adamDefaults, stepFactors, type Update, updateRange } from './adam.ts';
import type { State } from './state.ts';

export interface RowGradients {
  /** Each row of the table once; the first `count` count. */
  readonly rows: Int32Array;
  readonly count: number;
  /** [count, width]. */
  readonly values: Float32Array;
}

export interface RowOptimiser {
  step(gradients: RowGradients, update: Update): void;
  readonly state: State;
}

/**
 * Adam in which a row's moments and the correction of their bias go by the steps that touched it: with the table's own
 * count, the first step of a rare row would be (1−β₁)/√(1−β₂) ≈ 3 times the rate.
 */
export const createRowAdam = (table: Float32Array, width: number, options: Partial<AdamOptions> = {}): RowOptimiser => {
  const settings = { ...adamDefaults, ...options };
  const first = new Float32Array(table.length);
  const second = new Float32Array(table.length);
  const steps = new Float64Array(table.length / width);
  return {
    state: { first, second, steps },
    step: ({ rows, count, values }, { rate, scale = 1 }) => {
      for (let at = 0; at < count; at += 1) {
        const row = rows[at] as number;
        const step = (steps[row] as number) + 1;
        steps[row] = step;
        const factors = stepFactors(step, rate, settings);
        updateRange(table, values, { first, second }, row * width, at * width, width, scale, factors);
      }
    },
  };
};

/** Adagrad (Duchi et al. 2011): s ← s + g², w ← w − rate · g / (√s + ε). */
export const createRowAdagrad = (table: Float32Array, width: number, epsilon = 1e-10): RowOptimiser => {
  const squares = new Float32Array(table.length);
  return {
    state: { squares },
    step: ({ rows, count, values }, { rate, scale = 1 }) => {
      for (let at = 0; at < count; at += 1) {
        const start = (rows[at] as number) * width;
        for (let i = 0; i < width; i += 1) {
          const g = (values[at * width + i] as number) * scale;
          const s = (squares[start + i] as number) + g * g;
          squares[start + i] = s;
          table[start + i] = (table[start + i] as number) - (rate * g) / (Math.sqrt(s) + epsilon);
        }
      }
    },
  };
};
