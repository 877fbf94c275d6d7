import { expect, test } from 'vitest';
import { createRandom } from '../training/random.ts';
import { train } from '../training/train.ts';
import { softmaxAt } from './calibration.ts';
import { NO_ITEM, nextItemTargets, nextOfTypeTargets } from './events.ts';
import { fitPurchaseCalibration, nextPurchase, purchaseCalibrationError } from './next-purchase.ts';
import { ITEMS, options, sequencesOf, shape } from './patterns.fixture.ts';
import { joinEvents } from './pick-events.ts';
import { createRecurrentScorer } from './scorer.ts';
import { createRecurrentTraining } from './training.ts';

const [CLICK, PURCHASE] = [0, 1];

/** Clicks through neighbours, and at the end a purchase that follows from where they began, far from where they end. */
const boughtFrom = (first: number): number => (5 * first + 3) % ITEMS;
const lists = Array.from({ length: 300 }, (_, at) => {
  const first = at % ITEMS;
  return [first, (first + 1) % ITEMS, (first + 2) % ITEMS, boughtFrom(first)];
});
const events = sequencesOf(
  lists,
  lists.map(() => [CLICK, CLICK, CLICK, PURCHASE]),
);

test('one model, two questions: what is clicked next, and what is bought next however far ahead', async () => {
  const data = joinEvents([
    { events, targets: nextItemTargets(events) },
    { events, targets: nextOfTypeTargets(events, PURCHASE) },
  ]);
  const training = createRecurrentTraining(data, shape, options);
  await train(training, { epochs: options.epochs });
  const scorer = await createRecurrentScorer(training.model, { batch: ITEMS, threads: 1 });
  const states = await scorer.fold(
    sequencesOf(
      Array.from({ length: ITEMS }, (_, first) => [first]),
      Array.from({ length: ITEMS }, () => [CLICK]),
    ),
    Int32Array.from({ length: ITEMS }, (_, first) => first),
  );
  const bestFor = async (type: number) => {
    const scores = (await scorer.score(states, type)).slice();
    return Array.from({ length: ITEMS }, (_, row) => {
      const own = scores.subarray(row * ITEMS, (row + 1) * ITEMS);
      return own.indexOf(Math.max(...own));
    });
  };
  const numbers = Array.from({ length: ITEMS }, (_, first) => first);
  expect(await bestFor(CLICK)).toEqual(numbers.map((first) => (first + 1) % ITEMS));
  expect(await bestFor(PURCHASE)).toEqual(numbers.map(boughtFrom));
  await Promise.all([scorer.close(), training.close()]);
});

/** Scores that are too sure of themselves by a factor of 3, and bent: half of the time nothing that they say holds. */
const overconfident = (count: number, seed: number) => {
  const random = createRandom(seed, 904);
  const chances = new Float32Array(ITEMS);
  const rows = Array.from({ length: count }, () => {
    const scores = Float32Array.from({ length: ITEMS }, () => 3 * random.next());
    softmaxAt(scores, 1, chances);
    let left = random.next();
    const drawn = chances.findIndex((chance) => (left -= chance) < 0);
    return { scores: scores.map((score) => 3 * score), target: random.next() < 0.5 ? random.below(ITEMS) : drawn };
  });
  const at = (row: number) => rows[row] as (typeof rows)[number];
  return { count, scores: (row: number) => at(row).scores, target: (row: number) => Math.max(0, at(row).target) };
};

test('chances fitted on one half hold on the other: the error falls to nearly nothing', () => {
  const held = overconfident(3000, 2);
  const raw = { temperature: 1, isotonic: { from: Float64Array.of(0), heights: Float64Array.of(0.5) } };
  const calibration = fitPurchaseCalibration(overconfident(3000, 1), 5);
  expect(purchaseCalibrationError(held, raw, 5, 10)).toBeGreaterThan(0.1);
  expect(purchaseCalibrationError(held, calibration, 5, 10)).toBeLessThan(0.02);
});

test('purchases of items that the model does not know leave the temperature as it is, and lower every chance', () => {
  const known = overconfident(2000, 1);
  const half = (at: number) => at % 2 === 0;
  const given = {
    count: 2 * known.count,
    scores: (at: number) => known.scores(at >> 1),
    target: (at: number) => (half(at) ? known.target(at >> 1) : NO_ITEM),
  };
  const [alone, mixed] = [fitPurchaseCalibration(known, 5), fitPurchaseCalibration(given, 5)];
  expect(mixed.temperature).toBe(alone.temperature);
  expect(purchaseCalibrationError(given, mixed, 5, 10)).toBeLessThan(0.01);
  expect(purchaseCalibrationError(given, alone, 5, 10)).toBeGreaterThan(0.05);
});

test('the list is the best by score, its chances fall; more asked for than there are: all', () => {
  const calibration = fitPurchaseCalibration(overconfident(500, 1), 3);
  const scores = Float32Array.from({ length: ITEMS }, (_, item) => (item * 7) % ITEMS);
  const { items, chances } = nextPurchase(scores, calibration, 3);
  expect([...items].map((item) => scores[item])).toEqual([11, 10, 9]);
  expect([...chances]).toEqual([...chances].sort((a, b) => b - a));
  expect(nextPurchase(scores, calibration, 99).items.length).toBe(ITEMS);
});
