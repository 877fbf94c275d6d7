import { createRandom, permutation } from '../training/random.ts';
import { type EventSequences, type EventTargets, NO_ITEM } from './events.ts';
import { type LaneGrid, laneLength, layLanes, type Stretches } from './lanes.ts';

export interface EpochLanesOptions {
  readonly lanes: number;
  readonly times: number;
  readonly order: 'given' | 'shuffled';
  readonly seed: number;
  readonly purpose: number;
}

export interface EpochLanes {
  readonly stepsPerEpoch: number;
  /** [times · lanes] events of a step, −1 for none, and whether a state goes on to them; see `LaneGrid`. */
  at(epoch: number, step: number): LaneGrid;
}

/** The lanes of each epoch, laid when its first step asks for them. */
export const createEpochLanes = (
  events: EventSequences,
  targets: EventTargets,
  { lanes, times, order, seed, purpose }: EpochLanesOptions,
): EpochLanes => {
  const stretches = stretchesOf(events, targets);
  const count = stretches.starts.length;
  const positions = stretches.ends.reduce((sum, end, at) => sum + end - (stretches.starts[at] as number), 0);
  const length = laneLength(positions, lanes, times);
  const rows = lanes * times;
  let laid: { readonly epoch: number; readonly grid: LaneGrid } | undefined;
  const gridOf = (epoch: number): LaneGrid => {
    // in the order given, all epochs are alike
    const key = order === 'given' ? 0 : epoch;
    if (laid?.epoch !== key) {
      const placed =
        order === 'given'
          ? Int32Array.from({ length: count }, (_, at) => at)
          : permutation(count, createRandom(seed, purpose, epoch));
      laid = { epoch: key, grid: layLanes(stretches, placed, lanes, length) };
    }
    return laid.grid;
  };
  return {
    stepsPerEpoch: length / times,
    at: (epoch, step) => {
      const { positions: all, keep } = gridOf(epoch);
      const range = [step * rows, (step + 1) * rows] as const;
      return { positions: all.subarray(...range), keep: keep.subarray(...range) };
    },
  };
};

/** From a sequence's first event to the last that has a target: what comes after teaches nothing. */
const stretchesOf = ({ rowStart }: EventSequences, { items, weights }: EventTargets): Stretches => {
  const starts = rowStart.slice(0, -1);
  const ends = starts.map((start, row) => {
    let end = rowStart[row + 1] as number;
    while (end > start && (items[end - 1] === NO_ITEM || weights[end - 1] === 0)) end -= 1;
    return end;
  });
  return { starts, ends };
};
