import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BehaviourEvent } from '@nextcart/contracts';
import { expect, test } from 'vitest';
import { createAssortment, STYLES } from './assortment.ts';
import type { Lists } from './lists.ts';
import { DAY_MS } from './parameters.ts';
import { activityOf, personAt } from './people.ts';
import { createShop, type ShopOptions } from './shop.ts';
import { createTruthFile } from './truth-file.ts';
import { leafSpecs } from './words.ts';

const SEED = 4;
const START = Date.UTC(2026, 0, 5);
const options: ShopOptions = { seed: SEED, users: 500, items: 300, startAt: START, maxEvents: 40_000, dirt: false };
const assortment = createAssortment(SEED, 300);
const events = (over: Partial<ShopOptions> = {}): BehaviourEvent[] =>
  [...createShop({ ...options, ...over }).records(0)].flatMap(({ event }) => event ?? []);
const leafNamed = (name: string) => leafSpecs.findIndex((spec) => spec.path[2] === name);
const leafOfId = (itemId: string) => assortment.leafOf[assortment.index(itemId)] as number;

test('what completes an item is bought after it far more often than by chance', () => {
  const purchases = events().filter(({ eventType }) => eventType === 'purchase');
  const share = new Map<string, number>();
  for (const { itemId } of purchases)
    share.set(itemId as string, (share.get(itemId as string) ?? 0) + 1 / purchases.length);
  const last = new Map<string, string>();
  let after = 0;
  let expected = 0;
  for (const { itemId, visitorId } of purchases) {
    const before = last.get(visitorId as string);
    if (before !== undefined) {
      const partners = [
        ...assortment.complements.subarray(assortment.index(before) * 3, assortment.index(before) * 3 + 3),
      ]
        .filter((item) => item >= 0)
        .map(assortment.id);
      if (partners.includes(itemId as string)) after += 1;
      for (const partner of new Set(partners)) expected += share.get(partner) ?? 0;
    }
    last.set(visitorId as string, itemId as string);
  }
  expect(after).toBeGreaterThan(25);
  expect(after / expected).toBeGreaterThan(5);
});

test('ski things are looked at in winter, sun care in summer', () => {
  const at = (startAt: number, name: string) => {
    const views = events({ startAt, maxEvents: 6000 }).filter(({ eventType }) => eventType === 'view');
    return views.filter(({ itemId }) => leafOfId(itemId as string) === leafNamed(name)).length / views.length;
  };
  const winter = Date.UTC(2026, 11, 10);
  const summer = Date.UTC(2026, 5, 25);
  expect(at(winter, 'Skis') / at(summer, 'Skis')).toBeGreaterThan(4);
  expect(at(summer, 'Sun care') / at(winter, 'Sun care')).toBeGreaterThan(4);
});

test('hours differ: the evening has more than the early morning', () => {
  const hours = new Float64Array(24);
  for (const { eventTime } of events())
    hours[new Date(eventTime).getUTCHours()] = (hours[new Date(eventTime).getUTCHours()] as number) + 1;
  expect((hours[20] as number) / (hours[8] as number)).toBeGreaterThan(2);
});

test('prices and stock change on the way, and what is sold out is not looked at', () => {
  const soldOut = new Set<string>();
  let changes = 0;
  let looks = 0;
  for (const { topic, item, event } of createShop({ ...options, users: 200 }).records(0)) {
    if (topic === 'catalog' && item !== undefined) {
      changes += 1;
      if (item.stock === 0) soldOut.add(item.itemId);
      else soldOut.delete(item.itemId);
    }
    // a visit that began with a list of things in mind may still see one that has gone since
    if (event?.eventType === 'view' && soldOut.has(event.itemId as string)) looks += 1;
  }
  expect(changes).toBeGreaterThan(100);
  expect(looks).toBeLessThan(5);
});

interface Question {
  readonly at: number;
  readonly p: Float64Array;
}

test('the truth of the next item is a distribution, and what people do follows it', () => {
  const shop = createShop({ ...options, maxEvents: 10_000 });
  const indices = new Map(shop.truth.itemIds().map((id, item) => [id, item]));
  // asked after a look, and again after a search: both speak of the next look
  const asked = { view: new Map<string, Question>(), search: new Map<string, Question>() };
  let [views, hits, expectedHits, variance, impossible, logTrue] = [0, 0, 0, 0, 0, 0];
  let badSums = 0;
  for (const { event } of shop.records(0)) {
    if (event === undefined) continue;
    const subject = event.visitorId ?? '';
    const { eventType: type, eventTime: at } = event;
    if (type === 'purchase') for (const questions of Object.values(asked)) questions.delete(subject);
    if (type === 'view')
      for (const questions of Object.values(asked)) {
        const before = questions.get(subject);
        questions.delete(subject);
        // a pause that long is between two visits: the truth spoke of another look in the same
        if (before === undefined || at - before.at > 300_000) continue;
        const p = before.p[indices.get(event.itemId ?? '') as number] as number;
        const top = Math.max(...before.p);
        views += 1;
        expectedHits += top;
        variance += top * (1 - top);
        if (p === top) hits += 1;
        if (p > 0) logTrue += Math.log(p);
        else impossible += 1;
      }
    if (type !== 'view' && type !== 'search') continue;
    const p = shop.truth.nextItemProbabilities(subject, at) as Float64Array;
    if (Math.abs(p.reduce((a, b) => a + b, 0) - 1) > 1e-9) badSums += 1;
    asked[type].set(subject, { at, p });
  }
  expect(badSums).toBe(0);
  expect(views).toBeGreaterThan(4000);
  expect(Math.abs(hits - expectedHits)).toBeLessThan(5 * Math.sqrt(variance));
  // only what sold out or came back within the pause
  expect(impossible).toBeLessThan(views / 500);
  expect(logTrue / views).toBeGreaterThan(Math.log(1 / 300) + 1);
  expect(shop.truth.nextItemProbabilities('nobody', START)).toBeUndefined();
});

test('needs are shares, differ between people, and drift', () => {
  const { truth } = createShop(options);
  const now = truth.needs('v1a', START) as Float64Array;
  const later = truth.needs('v1a', START + 60 * DAY_MS) as Float64Array;
  expect(now.reduce((a, b) => a + b)).toBeCloseTo(1, 9);
  expect(truth.needs('u1', START)).toEqual(now);
  expect(truth.needs('v2a', START)).not.toEqual(now);
  const moved = now.reduce((sum, share, k) => sum + Math.abs(share - (later[k] as number)), 0) / 2;
  expect(moved).toBeGreaterThan(0.02);
  expect(moved).toBeLessThanOrEqual(0.36);
  const activities = Array.from({ length: 20_000 }, (_, i) => activityOf(SEED, i));
  expect(activities.reduce((a, b) => a + b) / 20_000).toBeCloseTo(1, 1);
});

const listsOf = (best: (shown: string) => string[]): Lists => ({
  current: (subject) => ({ recommId: `for-${subject}`, items: best(subject) }),
});
const clickRate = (lists: Lists): number => {
  const all = events({ lists, maxEvents: 20_000 });
  const count = (type: string) => all.filter(({ eventType }) => eventType === type).length;
  return count('click') / count('impression');
};

test('reactions carry the recommId of the list that was shown, down to the purchase', () => {
  const lists = listsOf(() => ['p00001', 'p00013', 'p00015', 'p00016']);
  const all = events({ lists, maxEvents: 30_000 });
  const by = (type: string) => all.filter(({ eventType }) => eventType === type);
  expect(by('impression').length).toBeGreaterThan(1000);
  for (const event of [...by('impression'), ...by('click'), ...by('dismiss')])
    expect(event.recommId).toBe(`for-${event.userId ?? event.visitorId}`);
  expect(by('purchase').filter(({ recommId }) => recommId !== null).length).toBeGreaterThan(0);
  expect(by('purchase').filter(({ recommId }) => recommId === null).length).toBeGreaterThan(0);
  expect(
    events({ maxEvents: 5000 }).every(({ recommId, eventType }) => recommId === null && eventType !== 'impression'),
  ).toBe(true);
});

test('a list that knows the true needs earns more clicks than one of any items', () => {
  let n = 0;
  const random = listsOf(() =>
    Array.from({ length: 6 }, () => assortment.id((n = (n * 25_173 + 13_849) % 65_536) % 300)),
  );
  const needsOf = Array.from({ length: 300 }, (_, item) => assortment.needsOf(item));
  const known = new Map<string, string[]>();
  const wise = listsOf((subject) => {
    const before = known.get(subject);
    if (before !== undefined) return before;
    const person = personAt(SEED, Number(/\d+/.exec(subject)?.[0]) - 1, START);
    const scores = needsOf.map(
      (needs, item) =>
        needs.reduce((sum, value, k) => sum + value * (person.needs[k] as number), 0) *
        (assortment.popularity[item] as number),
    );
    const list = scores
      .map((_, item) => item)
      .toSorted((a, b) => (scores[b] as number) - (scores[a] as number))
      .slice(0, 6)
      .map(assortment.id);
    known.set(subject, list);
    return list;
  });
  expect(clickRate(wise)).toBeGreaterThan(2 * clickRate(random));
});

test('taste decides clicks: items of the own style earn more than items of the opposite', () => {
  const known = new Map<string, string[]>();
  const byTaste = (sign: 1 | -1) =>
    listsOf((subject) => {
      const key = `${sign} ${subject}`;
      const before = known.get(key);
      if (before !== undefined) return before;
      const person = personAt(SEED, Number(/\d+/.exec(subject)?.[0]) - 1, START);
      const cosines = Array.from({ length: 300 }, (_, item) =>
        person.style.reduce((sum, value, k) => sum + value * (assortment.styles[item * STYLES + k] as number), 0),
      );
      const list = cosines
        .map((_, item) => item)
        .toSorted((a, b) => sign * ((cosines[b] as number) - (cosines[a] as number)))
        .slice(0, 6)
        .map(assortment.id);
      known.set(key, list);
      return list;
    });
  expect(clickRate(byTaste(1))).toBeGreaterThan(1.5 * clickRate(byTaste(-1)));
});

test('the truth file holds the shop, its items, its people, the dirt and the likeliest next items', () => {
  const folder = mkdtempSync(join(tmpdir(), 'nextcart-truth-'));
  try {
    const shop = createShop({ ...options, dirt: true, maxEvents: 5000 });
    const file = createTruthFile(shop, join(folder, 'deep', 'truth.jsonl'));
    let subject: string | null = null;
    for (const { key, topic } of shop.records(0)) if (topic === 'events' && key !== null) subject = key;
    file.append(subject === null || shop.truth.isRobot(subject) ? 'v1a' : subject);
    file.close();
    const kinds = new Map<string, number>();
    for (const line of readFileSync(join(folder, 'deep', 'truth.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')) {
      const { kind } = JSON.parse(line) as { kind: string };
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    }
    expect([...kinds.keys()]).toEqual(['shop', 'item', 'person', 'dirt', 'next']);
    expect([kinds.get('item'), kinds.get('person'), kinds.get('next')]).toEqual([300, 500, 1]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
