/**
 * A subject's bag kept as the sum that the first layer makes of it, event by event. Invariants: the kept state is a
 * function of the events in their order, so that hot and rebuilt states agree bit for bit; ages count from whole
 * half-lives, and moving that reference multiplies all by a power of two, which is exact.
 *
 * Why a sum can be kept though all weights fade: a later reference multiplies every weight alike, and what goes into the
 * network is the sum divided by the bag's length √Σw², in which that factor cancels. So an event costs the addition of its
 * rows of the table, O(hidden) for each of its columns, however long the history is. Sums belong to the weights that they
 * were made with: another release folds anew.
 */
import { checkFinite } from '../recurrent/shape.ts';
import { gatherSum } from '../training/sparse-layer.ts';
import { type BagEvents, type BagOptions, createEventRows, type EventRow } from './bag-events.ts';
import { type Autoencoder, checkWeights, TABLE } from './shape.ts';

export interface RunningBag {
  /** [hidden], Σ weight · row of the table. */
  readonly sum: Float32Array;
  /** By column. */
  readonly weights: Map<number, number>;
  /** Σ weight². */
  squares: number;
  /** Whole half-lives since 1970 that weights are relative to. */
  power: number;
}

export interface RunningBags {
  /** Of a subject without events. */
  empty(): RunningBag;
  /**
   * Adds an event, in place. Events are added in the order of the log; one that is older than those before it weighs by
   * its age. Throws a RangeError for an item, type, time or token that does not exist, before anything has changed.
   */
  add(bag: RunningBag, events: BagEvents, event: number): void;
  /** All events of a sequence: the same bits as one by one. Give those that the fold begins at, `foldStart`. */
  fold(events: BagEvents, sequence: number): RunningBag;
}

/** Reads the model's table where it lies. Throws a RangeError for weights or options that don't fit the shape. */
export const createRunningBags = ({ shape, weights }: Autoencoder, options: BagOptions): RunningBags => {
  checkWeights(shape, weights);
  checkFinite(weights);
  const { items, sides } = options;
  if (items !== shape.items || items + sides !== shape.columns)
    throw new RangeError(`${items} items and ${sides} sides, the model has ${shape.items} of ${shape.columns} columns`);
  const { hidden } = shape;
  const table = weights[TABLE] as Float32Array;
  const own = new Float32Array(hidden);
  const eventRows = createEventRows(options);
  const running: RunningBags = {
    empty: () => ({ sum: new Float32Array(hidden), weights: new Map(), squares: 0, power: -Infinity }),
    add: (bag, events, event) => {
      const row = eventRows.of(events, event);
      if (!row) return;
      if (row.power > bag.power) moveReference(bag, row.power);
      addRow(bag, row, table, own);
    },
    fold: (events, sequence) => {
      const bag = running.empty();
      const end = events.rowStart[sequence + 1];
      if (end === undefined) throw new RangeError(`no sequence ${sequence} of ${events.rowStart.length - 1}`);
      for (let event = events.rowStart[sequence] as number; event < end; event += 1) running.add(bag, events, event);
      return bag;
    },
  };
  return running;
};

const moveReference = (bag: RunningBag, power: number): void => {
  const scale = 2 ** (bag.power - power);
  bag.power = power;
  if (bag.weights.size === 0) return;
  bag.sum.forEach((value, at) => void (bag.sum[at] = value * scale));
  for (const [column, weight] of bag.weights) bag.weights.set(column, weight * scale);
  bag.squares *= scale ** 2;
};

/** `own`: [hidden], for the row's own sum. */
const addRow = (bag: RunningBag, row: EventRow, table: Float32Array, own: Float32Array): void => {
  const scale = 2 ** (row.power - bag.power);
  const weights = row.weights.map((weight) => weight * scale);
  row.columns.forEach((column, at) => {
    const [weight, before] = [weights[at] as number, bag.weights.get(column) ?? 0];
    bag.weights.set(column, before + weight);
    bag.squares += weight * (2 * before + weight);
  });
  const rows = {
    rowStart: Int32Array.of(0, weights.length),
    columns: row.columns,
    weights: Float32Array.from(weights),
  };
  gatherSum(table, own.length, rows, own);
  const { sum } = bag;
  for (let i = 0; i < sum.length; i += 1) sum[i] = (sum[i] as number) + (own[i] as number);
};

/** What the network takes for some bags, [batch, hidden]: each sum divided by its bag's length; zeros for an empty one. */
export const fillFirst = (bags: readonly RunningBag[], hidden: number, into: Float32Array): void => {
  bags.forEach(({ sum, squares }, row) => {
    const scale = squares > 0 ? 1 / Math.sqrt(squares) : 0;
    for (let i = 0; i < hidden; i += 1) into[row * hidden + i] = (sum[i] as number) * scale;
  });
  into.fill(0, bags.length * hidden);
};
