import { createAdam } from '../training/adam.ts';
import { createRowAdagrad, createRowAdam, type RowGradients } from '../training/row-optimisers.ts';
import { clipScale, cosineRate } from '../training/schedule.ts';
import { prefixed, type State } from '../training/state.ts';
import { BIAS, CONTEXT, CROSS, denseShapes, type RecurrentShape, TABLE, type Weights } from './shape.ts';

export interface UpdateOptions {
  /** Adam's for dense weights, by a cosine over all epochs. */
  readonly rate: { readonly from: number; readonly to: number };
  /** Of the rows of items and features, by the same cosine. */
  readonly tables: { readonly optimiser: 'adam' | 'adagrad'; readonly from: number; readonly to: number };
  /** Norm that all gradients together are cut to. */
  readonly clip: number;
}

export interface StepGradients {
  /** In the order of `denseShapes`. */
  readonly dense: readonly Float32Array[];
  readonly table: RowGradients;
  readonly context: RowGradients;
  readonly cross: RowGradients;
  readonly bias: RowGradients;
}

export interface Updates {
  /** Changes the weights by step number `step` of `steps`. */
  apply(gradients: StepGradients, step: number, steps: number): void;
  readonly state: State;
}

/** The optimisers of all weights. */
export const createUpdates = (weights: Weights, shape: RecurrentShape, options: UpdateOptions): Updates => {
  const { width } = shape;
  const of = (name: string) => weights[name] as Float32Array;
  const createRows = options.tables.optimiser === 'adam' ? createRowAdam : createRowAdagrad;
  const dense = createAdam(Object.keys(denseShapes(shape)).map(of));
  const table = createRows(of(TABLE), width);
  const bias = createRows(of(BIAS), 1);
  const context = createRowAdam(of(CONTEXT), width);
  const cross = createRowAdam(of(CROSS), width);
  return {
    state: Object.assign(
      {},
      ...Object.entries({ dense, table, bias, context, cross }).map(([name, { state }]) => prefixed(name, state)),
    ),
    apply: (gradients, step, steps) => {
      const rows = [gradients.table, gradients.context, gradients.cross];
      const used = rows.map(({ values, count }) => values.subarray(0, count * width));
      const biases = gradients.bias.values.subarray(0, gradients.bias.count);
      const scale = clipScale([...gradients.dense, ...used, biases], options.clip);
      const update = { rate: cosineRate(step, { ...options.rate, steps }), scale };
      const tableUpdate = { rate: cosineRate(step, { ...options.tables, steps }), scale };
      dense.step(gradients.dense, update);
      context.step(gradients.context, update);
      cross.step(gradients.cross, update);
      table.step(gradients.table, tableUpdate);
      bias.step(gradients.bias, tableUpdate);
    },
  };
};
