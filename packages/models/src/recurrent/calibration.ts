/**
 * From scores to probabilities that mean what they say, fitted on validation: one temperature for the whole list (Guo et
 * al. 2017), then a rising step function for what is still bent (isotonic regression, Zadrozny and Elkan 2002).
 */

/** Scores [items] of a subject with the item that came, for a fit that reads them several times. */
export interface ScoredTargets {
  readonly count: number;
  scores(at: number): Float32Array;
  target(at: number): number;
}

/** softmax(scores / temperature) into `into` [items]. */
export const softmaxAt = (scores: Float32Array, temperature: number, into: Float32Array): void => {
  let most = -Infinity;
  for (const score of scores) if (score > most) most = score;
  let total = 0;
  for (let item = 0; item < scores.length; item += 1) {
    const power = Math.exp(((scores[item] as number) - most) / temperature);
    into[item] = power;
    total += power;
  }
  for (let item = 0; item < scores.length; item += 1) into[item] = (into[item] as number) / total;
};

const BOUNDS = { least: 0.05, most: 20 } as const;
/** Halvings of the range of log temperature (12 bits of 6): to .2 %. */
const HALVINGS = 12;

/**
 * The temperature in [.05, 20] with the least −log softmax of the targets. That is convex in β = 1/temperature, with the
 * slope Σ (E_β[score] − score of the target): found where it changes its sign. Throws a RangeError without targets and for
 * scores that are no numbers.
 */
export const fitTemperature = (given: ScoredTargets): number => {
  if (given.count === 0) throw new RangeError('no targets to fit a temperature on');
  const slopeAt = (temperature: number): number => {
    let slope = 0;
    for (let at = 0; at < given.count; at += 1) {
      const scores = given.scores(at);
      let [most, total, moment] = [-Infinity, 0, 0];
      for (const score of scores) if (score > most) most = score;
      for (const score of scores) {
        const power = Math.exp((score - most) / temperature);
        total += power;
        moment += power * score;
      }
      slope += moment / total - (scores[given.target(at)] as number);
    }
    if (!Number.isFinite(slope)) throw new RangeError('a score is no finite number');
    return slope;
  };
  let [low, high] = [Math.log(BOUNDS.least), Math.log(BOUNDS.most)];
  for (let step = 0; step < HALVINGS; step += 1) {
    const middle = (low + high) / 2;
    // positive: a larger β makes it worse, the temperature must rise
    if (slopeAt(Math.exp(middle)) > 0) low = middle;
    else high = middle;
  }
  return Math.exp((low + high) / 2);
};

export interface Isotonic {
  /** Rising: where each step begins, and its height. */
  readonly from: Float64Array;
  readonly heights: Float64Array;
}

/** Of outcomes beside each other: the lowest chance, how many came, how many there are. */
interface Block {
  readonly from: number;
  sum: number;
  count: number;
}

/** Neighbours together until each has `least`; from the top, where chances are that somebody will believe. */
const atLeast = (blocks: readonly Block[], least: number): Block[] => {
  const whole: Block[] = [];
  for (const block of blocks.toReversed()) {
    const last = whole.at(-1);
    if (last === undefined || last.count >= least) whole.push({ ...block });
    else whole[whole.length - 1] = { from: block.from, sum: block.sum + last.sum, count: block.count + last.count };
  }
  const [first, second] = [whole.at(-1), whole.at(-2)];
  if (first !== undefined && second !== undefined && first.count < least)
    whole.splice(-2, 2, { from: first.from, sum: first.sum + second.sum, count: first.count + second.count });
  return whole.reverse();
};

/**
 * The rising function nearest to outcomes (0 or 1) in squares, by pooling neighbours that fall (pool adjacent violators,
 * Ayer et al. 1955). No step is of fewer than `least`, where there are so many: one lucky guess at the top is not
 * certainty. Throws a RangeError without data.
 */
export const fitIsotonic = (chances: Float32Array, outcomes: Uint8Array, least = 1): Isotonic => {
  if (chances.length === 0 || chances.length !== outcomes.length)
    throw new RangeError(`${chances.length} chances, ${outcomes.length} outcomes`);
  const order = Uint32Array.from(chances, (_, at) => at).sort(
    (a, b) => (chances[a] as number) - (chances[b] as number),
  );
  const blocks: Block[] = [];
  for (const at of order) {
    const chance = chances[at] as number;
    const last = blocks.at(-1);
    if (last?.from === chance) {
      last.sum += outcomes[at] as number;
      last.count += 1;
    } else blocks.push({ from: chance, sum: outcomes[at] as number, count: 1 });
  }
  const pooled: Block[] = [];
  for (const block of atLeast(blocks, least)) {
    let merged = block;
    for (let last = pooled.at(-1); last && last.sum * merged.count >= merged.sum * last.count; last = pooled.at(-1)) {
      pooled.pop();
      merged = { from: last.from, sum: last.sum + merged.sum, count: last.count + merged.count };
    }
    pooled.push(merged);
  }
  return {
    from: Float64Array.from(pooled, ({ from }) => from),
    heights: Float64Array.from(pooled, ({ sum, count }) => sum / count),
  };
};

/** The step that a chance lies on; below the first, that. */
export const calibrated = ({ from, heights }: Isotonic, chance: number): number => {
  let [low, high] = [0, from.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((from[middle] as number) <= chance) low = middle;
    else high = middle - 1;
  }
  return heights[low] as number;
};

/**
 * Expected calibration error: Σ share of bin · |mean chance − share of hits|, over bins of equally many (Nguyen and
 * O'Connor 2015): chances of single items are nearly all small, bins of equal width would hold them all in one.
 */
export const expectedCalibrationError = (chances: Float32Array, outcomes: Uint8Array, bins: number): number => {
  const order = Uint32Array.from(chances, (_, at) => at).sort(
    (a, b) => (chances[a] as number) - (chances[b] as number),
  );
  let error = 0;
  for (let bin = 0; bin < bins; bin += 1) {
    const members = order.subarray(
      Math.floor((bin * order.length) / bins),
      Math.floor(((bin + 1) * order.length) / bins),
    );
    let gap = 0;
    for (const at of members) gap += (chances[at] as number) - (outcomes[at] as number);
    error += Math.abs(gap) / order.length;
  }
  return order.length === 0 ? 0 : error;
};
