/**
 * Sequences laid side by side for training: `lanes` of them run at once, a lane takes the next one when its own is over
 * (session-parallel batches, Hidasi et al. 2016). Invariants: each position is laid exactly once, in its sequence's
 * order; all lanes have the same length, so that the number of steps follows from the data and not from the order.
 */
export interface Stretches {
  /** [stretches], first event and the one after the last. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

export interface LaneGrid {
  /** [length · lanes], number of an event or −1, row time · lanes + lane. */
  readonly positions: Int32Array;
  /** [length · lanes], 0 where a state begins anew, else 1. */
  readonly keep: Float32Array;
}

/** Length of the lanes, a multiple of `times`, that holds so many positions. */
export const laneLength = (positions: number, lanes: number, times: number): number =>
  Math.ceil(positions / (lanes * times)) * times;

/**
 * Stretches in the order given, to whichever lane is free first. One that does not fit into what is left of its lane is
 * cut, and the rest is laid as a stretch of its own: at most about one cut a lane.
 */
export const layLanes = ({ starts, ends }: Stretches, order: Int32Array, lanes: number, length: number): LaneGrid => {
  const positions = new Int32Array(lanes * length).fill(-1);
  const keep = new Float32Array(lanes * length);
  const queue = Array.from(order, (stretch) => [starts[stretch] as number, ends[stretch] as number] as const);
  const at = new Int32Array(lanes);
  const end = new Int32Array(lanes);
  let next = 0;
  for (let time = 0; time < length; time += 1)
    for (let lane = 0; lane < lanes; lane += 1) {
      const place = time * lanes + lane;
      const isOver = at[lane] === end[lane];
      while (at[lane] === end[lane] && next < queue.length) {
        const [from, to] = queue[next] as readonly [number, number];
        next += 1;
        at[lane] = from;
        end[lane] = Math.min(to, from + length - time);
        if ((end[lane] as number) < to) queue.push([end[lane] as number, to]);
      }
      if (at[lane] === end[lane]) continue;
      positions[place] = at[lane] as number;
      if (!isOver) keep[place] = 1;
      at[lane] = (at[lane] as number) + 1;
    }
  return { positions, keep };
};
