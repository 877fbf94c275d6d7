import type { DataSet } from './data-set.ts';

/** Gates forget: what a state has of events before that is little, and each costs a training what a learned one costs. */
const MOST = 16;

/** Of each subject, the events from `most` before the first learned one on; a full training's data set as it is. */
export const withShortContext = (data: DataSet, most = MOST): DataSet => {
  const { rowStart, learned } = data;
  if (!learned.includes(0)) return data;
  const starts = new Int32Array(rowStart.length);
  const kept = new Int32Array(learned.length);
  let count = 0;
  for (let row = 0; row + 1 < rowStart.length; row += 1) {
    const [start, end] = [rowStart[row] as number, rowStart[row + 1] as number];
    let first = start;
    while (first < end && learned[first] === 0) first += 1;
    for (let event = Math.max(start, first - most); event < end; event += 1) {
      kept[count] = event;
      count += 1;
    }
    starts[row + 1] = count;
  }
  const chosen = kept.subarray(0, count);
  const pick = <A extends Int32Array | Uint8Array | Float64Array | Float32Array>(from: A): A => {
    const into = new (from.constructor as new (size: number) => A)(count);
    chosen.forEach((event, at) => void (into[at] = from[event] as number));
    return into;
  };
  return {
    ...data,
    rowStart: starts,
    items: pick(data.items),
    queries: pick(data.queries),
    types: pick(data.types),
    times: pick(data.times),
    amounts: pick(data.amounts),
    learned: pick(data.learned),
  };
};
