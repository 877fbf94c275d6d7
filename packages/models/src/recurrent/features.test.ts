import { expect, test } from 'vitest';
import { createRandom } from '../training/random.ts';
import { train } from '../training/train.ts';
import { bagsOf } from './bags.fixture.ts';
import { type EventSequences, NO_ITEM, nextItemTargets } from './events.ts';
import { growModel } from './growth.ts';
import { options, sequencesOf } from './patterns.fixture.ts';
import { createRecurrentScorer } from './scorer.ts';
import { itemVectors } from './scoring-programs.ts';
import { initialWeights, type RecurrentModel, type RecurrentShape } from './shape.ts';
import { createRecurrentTraining } from './training.ts';
import type { RecurrentData } from './training-data.ts';

const ITEMS = 18;
const CATEGORIES = 3;
const categoryOf = (item: number): number => item % CATEGORIES;
const shape: RecurrentShape = {
  items: ITEMS,
  features: CATEGORIES,
  types: 0,
  gaps: 0,
  hours: 0,
  width: 16,
  blocks: 1,
  recurrence: 'linear',
  scale: 0,
  lags: 0,
};
const featuresOf = (items: number) => bagsOf(Array.from({ length: items }, (_, item) => [categoryOf(item)]));

/** A search for one category's word after items of others, then a click in the category. */
const searches = (): EventSequences => {
  const random = createRandom(6, 906);
  const lists: number[][] = [];
  const words: number[][] = [];
  for (let row = 0; row < 300; row += 1) {
    const category = random.below(CATEGORIES);
    lists.push([random.below(ITEMS), NO_ITEM, random.below(ITEMS / CATEGORIES) * CATEGORIES + category]);
    words.push([], [category], []);
  }
  return { ...sequencesOf(lists), tokens: bagsOf(words) };
};
const events = searches();
const data: RecurrentData = { events, targets: nextItemTargets(events), itemFeatures: featuresOf(ITEMS) };

test('a search is learned from the click after it; an item that no one has seen has a place by its features', async () => {
  const training = createRecurrentTraining(data, shape, { ...options, epochs: 10 });
  await train(training, { epochs: 10 });
  await training.close();
  const items = ITEMS + CATEGORIES;
  const grown = growModel(training.model, {
    items,
    itemFeatures: featuresOf(items),
    groups: new Int32Array(items).fill(-1),
  });
  const scorer = await createRecurrentScorer(grown, { batch: 1, threads: 1 });
  for (let category = 0; category < CATEGORIES; category += 1) {
    const search = { ...sequencesOf([[NO_ITEM]]), tokens: bagsOf([[category]]) };
    const scores = [...(await scorer.score(await scorer.fold(search, Int32Array.of(0))))];
    const ranked = scores.map((_, item) => item).sort((a, b) => (scores[b] as number) - (scores[a] as number));
    expect(ranked.slice(0, ITEMS / CATEGORIES).filter((item) => categoryOf(item) !== category)).toEqual([]);
    const fresh = ranked.filter((item) => item >= ITEMS);
    expect(categoryOf(fresh[0] as number)).toBe(category);
  }
  await scorer.close();
});

test('features of items are part of what was looked at and of what is scored: as if each had a row of its own', async () => {
  const weights = initialWeights(shape, 3);
  const known: RecurrentModel = { shape, weights, itemFeatures: featuresOf(ITEMS) };
  const table = (weights['table'] as Float32Array).slice();
  table.set(itemVectors(known));
  const plain: RecurrentModel = { shape, weights: { ...weights, table } };
  const looks = sequencesOf([[1, 2, NO_ITEM, 8]]);
  const asked = { ...looks, tokens: bagsOf([[], [], [2], []]) };
  const scoresOf = async (model: RecurrentModel) => {
    const scorer = await createRecurrentScorer(model, { batch: 1, threads: 1 });
    const scores = [...(await scorer.score(await scorer.fold(asked, Int32Array.of(0))))];
    await scorer.close();
    return scores;
  };
  expect(await scoresOf(known)).toEqual(await scoresOf(plain));
  expect(await scoresOf(known)).not.toEqual(await scoresOf({ shape, weights }));
});

test('features and words that do not exist, or are no numbers, are named', () => {
  const make = (change: Partial<RecurrentData>) => createRecurrentTraining({ ...data, ...change }, shape, options);
  expect(() => make({ itemFeatures: bagsOf([[0], [CATEGORIES]]) })).toThrow('features of items: 2 rows');
  const unknown = { ...events, tokens: bagsOf(Array.from(events.items, () => [CATEGORIES])) };
  expect(() => make({ events: unknown })).toThrow('tokens: entry 0 has column 3 of 3');
  const broken = featuresOf(ITEMS);
  broken.weights[4] = NaN;
  expect(() => make({ itemFeatures: broken })).toThrow('features of items: entry 4 has weight NaN');
  const falling = featuresOf(ITEMS);
  falling.rowStart.set([(falling.rowStart[1] as number) + 2], 1);
  expect(() => make({ itemFeatures: falling })).toThrow('features of items: row 1 ends before it starts');
});
