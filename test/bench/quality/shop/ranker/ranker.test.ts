import type { ListRanker } from '@nextcart/models';
import { expect, test } from 'vitest';
import { collectLog } from '../collect-log.ts';
import { CART, type Deeds, type Known, PURCHASE, SEARCH, VIEW } from '../shop-log.ts';
import { plainShopPart, type ShopRecipe } from '../shop-part.ts';
import { simulatedSource } from '../simulated-source.ts';
import { categoryFacts } from './category-facts.ts';
import { completionsOf } from './completions.ts';
import { itemFeatures, momentFeatures, rankerFeatures } from './features.ts';
import { noveltyOf } from './novelty.ts';
import { rankerRow, scoreMean } from './ranker-part.ts';
import { repeatsOf } from './repeats.ts';
import { subjectStateOf } from './subject-state.ts';
import { returnsOf, successorsOf } from './successors.ts';

const size = { seed: 3, users: 900, items: 180, days: 16 };
const source = await simulatedSource(size);
const log = collectLog(source, {
  testDays: 4,
  tasks: (['next', 'arrival', 'cart'] as const).map((name) => ({ name, subjects: 20, validation: 20, looks: 2 })),
  lessons: 1,
  needs: { subjects: 60, deeds: 3 },
});
const { known, tasks } = log.test;

test('features see nothing of what comes after the moment', () => {
  const width = itemFeatures.length;
  const of = (all: Known) => {
    const features = rankerFeatures(all);
    return (look: (typeof log.validation.lessons)[number]) => {
      const into = new Float32Array(all.items.length * width);
      const moment = new Float32Array(momentFeatures.length);
      features.fill(look, into, width, 0, moment);
      return [...into, ...moment];
    };
  };
  const whole = of(known);
  for (const look of tasks.flatMap(({ looks }) => looks).slice(0, 10)) {
    const count = known.deeds.times.findIndex((time) => time > look.at);
    const { times, types, items, queries, amounts } = known.deeds;
    const deeds: Deeds = {
      times: times.slice(0, count),
      types: types.slice(0, count),
      items: items.slice(0, count),
      queries: queries.slice(0, count),
      amounts: amounts.slice(0, count),
    };
    expect(of({ ...known, deeds })(look)).toEqual(whole(look));
  }
});

test('what completes a purchase and what is bought again is found in what people do', () => {
  const facts = categoryFacts(known);
  const { shares, asks } = completionsOf(known, facts);
  const count = known.items.length;
  let [found, wrong, missed] = [0, 0, 0];
  for (let item = 0; item < count; item += 1) {
    const truth = source.complementsOf(item);
    if (asks[facts.categoryOf[item] as number] !== truth.length > 0) missed += 1;
    if (truth.length === 0) continue;
    const row = shares.subarray(item * count, (item + 1) * count);
    if (truth.includes(row.indexOf(Math.max(...row)))) found += 1;
    else wrong += 1;
  }
  expect(missed / count).toBeLessThan(0.15);
  expect(found).toBeGreaterThan(wrong);
  const { again } = repeatsOf(known, facts);
  const consumables = ['Coffee beans', 'Tea', 'Candles', 'Nappies', 'Pet food', 'Oils and spices', 'Seeds and soil'];
  const names = new Map(known.items.map(({ category }, item) => [facts.categoryOf[item] as number, category.at(-1)]));
  const right = again.filter((is, category) => is && consumables.includes(names.get(category) ?? ''));
  expect(right.length).toBeGreaterThan(3);
  expect(again.filter(Boolean).length).toBeLessThan(13);
});

const MINUTE = 60_000;

/** Types, items and minutes. */
const deedsOf = (steps: readonly (readonly [number, number, number])[]): Deeds => ({
  types: Uint8Array.from(steps, ([type]) => type),
  items: Int32Array.from(steps, ([, item]) => item),
  times: Float64Array.from(steps, ([, , minute]) => minute * MINUTE),
  queries: steps.map(([type]) => (type === SEARCH ? 'words' : null)),
  amounts: new Float64Array(steps.length),
});

test('what a visit begins with after a purchase, in its own category too, and no other look', () => {
  const deeds = deedsOf([
    [VIEW, 0, 0],
    [PURCHASE, 0, 1],
    [VIEW, 2, 2],
    // a visit later
    [VIEW, 1, 100],
    [VIEW, 2, 101],
    // one that begins with a search
    [SEARCH, -1, 200],
    [VIEW, 2, 201],
    [VIEW, 1, 300],
  ]);
  const items = known.items.slice(0, 3);
  const histories = [Int32Array.from(deeds.types.keys())];
  const some = { items: items.map((item) => ({ ...item, category: ['same'] })), deeds, until: 400 * MINUTE, histories };
  const facts = categoryFacts(some);
  const returns = returnsOf(some, facts);
  expect(returns.excess.findIndex((share) => share > 0)).toBe(1);
  expect(returns.excess.filter((share) => share > 0)).toHaveLength(1);
  expect(returns.lift[1]).toBeGreaterThan(0);
  expect(returns.lift[2]).toBeLessThan(0);
  // within visits: 2 after 0, 2 after 1, none across a pause or a search
  const { excess } = successorsOf(some, facts);
  expect([...excess].flatMap((share, cell) => (share > 0 ? [cell] : []))).toEqual([2, 5]);
});

test('an item is new from the first look at it on, unless the log began with it', () => {
  const DAY = 24 * 60;
  const deeds = deedsOf([
    [VIEW, 0, 0],
    [VIEW, 1, 10 * DAY],
    [VIEW, 1, 10 * DAY + 1],
    [VIEW, 1, 10 * DAY + 2],
    [VIEW, 2, 20 * DAY],
  ]);
  const noveltyAt = noveltyOf({ items: known.items.slice(0, 3), deeds, until: 0, histories: [] });
  const { fresh, paces } = noveltyAt(15 * DAY * MINUTE);
  expect(fresh[0]).toBe(0);
  expect(fresh[1]).toBeCloseTo(Math.exp(-1), 6);
  expect(fresh[2]).toBe(1);
  expect(paces[0]).toBeCloseTo(Math.log(2 / 15.5), 6);
  expect(paces[1]).toBeCloseTo(Math.log(4 / 5.5), 6);
});

test('what a subject has left, bought and still has to complete', () => {
  const deeds = deedsOf([
    [VIEW, 0, 0],
    [CART, 0, 1],
    [VIEW, 1, 2],
    [PURCHASE, 0, 3],
    // a visit later
    [VIEW, 2, 100],
    [SEARCH, -1, 101],
  ]);
  const facts = { ...categoryFacts({ ...known, histories: [] }), categories: 2, categoryOf: Int32Array.of(0, 0, 1) };
  const shares = new Float32Array(9);
  shares[0 * 3 + 2] = 0.15; // 2 completes 0
  const stateAt = (count: number, minute: number) =>
    subjectStateOf(
      { history: Int32Array.from({ length: count }, (_, deed) => deed), at: minute * MINUTE },
      deeds,
      { ...facts, share: new Float64Array(3) },
      { shares, asks: [true, false] },
      { pull: () => 0, again: [true, false] },
    );
  const bought = stateAt(4, 3);
  expect(bought).toMatchObject({ last: 1, left: 1, isArrival: false, hasBoughtInVisit: true, repeated: 0 });
  expect(bought).toMatchObject({ completing: 0, open: 1 });
  const back = stateAt(4, 100);
  expect(back).toMatchObject({ last: -1, lastEver: 1, left: 1, isArrival: true, hasBoughtInVisit: false, open: 1 });
  const completed = stateAt(6, 101);
  expect(completed).toMatchObject({ last: 2, left: 2, isSearching: true, looksInVisit: 1 });
  expect(completed.open).toBeCloseTo(0.25, 6);
  expect(stateAt(4, 15 * 24 * 60)).toMatchObject({ completing: -1, open: 0 });
});

test('networks count alike, whichever comes first', () => {
  const networkOf = (first: number, second: number): ListRanker => ({
    shape: { features: 2, contexts: 1, hidden: 0 },
    weights: {
      linear: Float32Array.of(first, second),
      ...{ candidate: new Float32Array(0), context: new Float32Array(0), output: new Float32Array(0) },
    },
    ...{ mean: Float32Array.of(0, 0), scale: Float32Array.of(1, 1) },
  });
  const networks = [networkOf(1, 8), networkOf(3, -2)];
  for (const some of [networks, networks.toReversed()]) {
    const mean = Float32Array.of(7, 7);
    scoreMean(some, Float32Array.of(1, 0, 0, 1), Float32Array.of(1), mean);
    expect([...mean]).toEqual([2, 3]);
  }
});

test('each of the networks that the settings ask for has a say, for the validation and after it', async () => {
  const rows = (['logits', 'logits', 'scores'] as const).map((scores) => ({
    recipe: { scores } as ShopRecipe,
    part: () => plainShopPart(known.items.length, () => undefined),
  }));
  const settings = { hidden: 2, epochs: 1, batch: 16, rate: { from: 1e-2, to: 1e-2 }, decay: 0 };
  const looks = tasks.flatMap((task) => task.looks).slice(0, 3);
  const scoresBy = async (networks: number) => {
    const { part, refit } = await rankerRow(rows, { settings: { ...settings, networks } }).choose(log.validation, {
      ...{ dataFolder: '', quick: true, seed: 1, threads: 1 },
      ...{ signal: new AbortController().signal, log: () => undefined },
      progress: () => ({ at: () => undefined, done: () => undefined }),
    });
    const scores = [await part.score(looks), await (await refit(known)).score(looks)];
    return scores.map((of) => of.slice(0, known.items.length));
  };
  const [one, two] = [await scoresBy(1), await scoresBy(2)];
  for (const [at, scores] of two.entries()) expect(scores).not.toEqual(one[at]);
});
