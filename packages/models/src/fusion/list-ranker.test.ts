import { expect, test } from 'vitest';
import { type ListRankerShape, type ListRankerWeights, scoreList } from './list-ranker.ts';
import { addListGradient } from './list-ranker-gradient.ts';
import { type ListRankerOptions, trainListRanker } from './train-list-ranker.ts';

const wave = (length: number, phase: number): Float32Array =>
  Float32Array.from({ length }, (_, at) => Math.sin(12.9898 * (at + 1) + phase));

const weightsOf = ({ features, contexts, hidden }: ListRankerShape, phase = 1): ListRankerWeights => ({
  linear: wave(features * contexts, phase),
  candidate: wave(hidden * features, phase + 1),
  context: wave(hidden * contexts, phase + 2),
  output: wave(hidden, phase + 3),
});

test('gradients agree with finite differences', () => {
  const shape = { features: 3, contexts: 2, hidden: 4 };
  const weights = weightsOf(shape);
  const list = { x: wave(5 * 3, 7), size: 5, moment: Float32Array.of(1, 0.5) };
  const gradients = weightsOf({ ...shape }, 0);
  for (const one of Object.values(gradients)) one.fill(0);
  addListGradient(weights, shape, list, gradients);
  const unused = weightsOf(shape);
  const STEP = 1e-2;
  for (const name of ['linear', 'candidate', 'context', 'output'] as const)
    weights[name].forEach((value, at) => {
      const lossAt = (moved: number) => {
        weights[name][at] = moved;
        const loss = addListGradient(weights, shape, list, unused);
        weights[name][at] = value;
        return loss;
      };
      const slope = (lossAt(value + STEP) - lossAt(value - STEP)) / (2 * STEP);
      expect(gradients[name][at], `${name}[${at}]`).toBeCloseTo(slope, 3);
    });
});

const options: ListRankerOptions = {
  hidden: 8,
  epochs: 30,
  batch: 16,
  rate: { from: 2e-2, to: 1e-3 },
  decay: 1e-5,
  seed: 3,
};

/** Of six candidates (signs a and b), chosen is one with a = b in one moment, one with a ≠ b in the other. */
const crossed = (count: number) => {
  const [features, moments] = [new Float32Array(count * 6 * 3), new Float32Array(count * 2)];
  for (let list = 0; list < count; list += 1) {
    const same = list % 2 === 0 ? 1 : -1;
    moments.set([1, same], list * 2);
    for (let at = 0; at < 6; at += 1) {
      const a = ((list >> 1) + at) % 2 === 0 ? 1 : -1;
      // a column that never differs, too
      features.set([a, at === 0 ? a * same : -a * same, 5], (list * 6 + at) * 3);
    }
  }
  return { size: 6, features, moments };
};

test('learns what no fixed weights can say, the same bits from the same seed', () => {
  const lists = crossed(200);
  const ranker = trainListRanker(lists, { features: 3, contexts: 2 }, options);
  const scores = new Float32Array(6);
  for (let list = 0; list < 200; list += 1) {
    scoreList(
      ranker,
      lists.features.subarray(list * 18, (list + 1) * 18),
      lists.moments.subarray(list * 2, list * 2 + 2),
      scores,
    );
    const [chosen, ...others] = scores as unknown as [number, ...number[]];
    expect(Math.max(...others)).toBeLessThan(chosen - 1);
  }
  const again = trainListRanker(lists, { features: 3, contexts: 2 }, options);
  expect(again).toEqual(ranker);
});

test('learns from the lists that it is given alone', () => {
  const lists = crossed(40);
  const some = [...Array(20).keys()];
  const whole = trainListRanker(lists, { features: 3, contexts: 2 }, options, some);
  const cut = { size: 6, features: lists.features.slice(0, 20 * 18), moments: lists.moments.slice(0, 40) };
  expect(trainListRanker(cut, { features: 3, contexts: 2 }, options)).toEqual(whole);
});

test('what does not fit or is no number is refused', () => {
  const lists = crossed(4);
  const shape = { features: 3, contexts: 2 };
  expect(() => trainListRanker({ ...lists, size: 5 }, shape, options)).toThrow('72 features for lists of 5');
  expect(() => trainListRanker(lists, shape, options, [])).toThrow('no list');
  const broken = { ...lists, features: lists.features.slice() };
  broken.features[4] = Number.NaN;
  expect(() => trainListRanker(broken, shape, options)).toThrow(RangeError);
});
