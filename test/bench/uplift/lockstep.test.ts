import { type BehaviourEvent, subjectOf } from '@nextcart/contracts';
import { defaultConfiguration } from '@nextcart/ranking';
import { describe, expect, test } from 'vitest';
import { estimate, shareOfTheWay } from './figures.ts';
import { type Arm, type ArmShop, runShop } from './lockstep.ts';
import { createSchedule } from './schedule.ts';
import { createServedLists } from './served-lists.ts';
import { noLists, oracleLists } from './truth-arms.ts';

const noEvent: BehaviourEvent = {
  ...{ eventId: '', eventTime: 0, eventType: 'view', visitorId: null, userId: null, sessionId: null, itemId: null },
  ...{ query: null, quantity: null, amount: null, currency: null, recommId: null, properties: {} },
};
const size = { seed: 5, people: 120, items: 120, days: 6, trainEveryDays: 1 };
const deps = { rates: { base: 'EUR', rates: { USD: '0.92', GBP: '1.17' } }, onDay: () => {} };

/** Lists by the serving code without a store: what a person just did is all that it knows. */
const contentLists = (seen: (subject: string, trigger: number) => void) => async (shop: ArmShop) => {
  const lists = createServedLists({ ...defaultConfiguration, explained: 0 });
  let [next, nextItem] = [0, 0];
  for await (const { item, clock } of shop.catalog()) if (item) await lists.takeItem(item, nextItem++, clock);
  const arm: Arm = {
    current: (subject) => {
      const list = lists.current(subject);
      if (list) seen(subject, lists.triggerOf(subject));
      return list;
    },
    take: async ({ event, item, clock }) => {
      await lists.endVisits(clock);
      if (item) await lists.takeItem(item, nextItem++, clock);
      if (event) await lists.take(event, next++, () => next++);
    },
    close: lists.close,
  };
  return arm;
};

describe('the shop in lockstep', () => {
  test('shows nobody a list that is older than what they did last', async () => {
    const newest = new Map<string, number>();
    let [shown, stale] = [0, 0];
    const lists = contentLists((subject, trigger) => {
      shown += 1;
      if (trigger < (newest.get(subject) ?? -1)) stale += 1;
    });
    let next = 0;
    await runShop(
      size,
      async (shop) => {
        const arm = await lists(shop);
        return {
          ...arm,
          take: async (record) => {
            const { event } = record;
            const subject = event && subjectOf(event);
            // the offset that this event gets; that of the record which answers an identify follows
            if (event && subject && event.eventType !== 'impression') newest.set(subject, next);
            next += event ? (event.eventType === 'identify' ? 2 : 1) : 0;
            await arm.take?.(record);
          },
        };
      },
      deps,
    );
    expect(shown).toBeGreaterThan(200);
    expect(stale).toBe(0);
  });

  test('buys more from lists of its own truth than without any, the same people in both', async () => {
    const [none, oracle] = [await runShop(size, noLists, deps), await runShop(size, oracleLists, deps)];
    const more = estimate([{ none, oracle }], 'views', ({ none: a, oracle: b }) => (b as number) - (a as number));
    expect(more.low).toBeGreaterThan(0);
    const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);
    expect(sum(none.impressions)).toBe(0);
    expect(sum(oracle.clicks)).toBeGreaterThan(0.2 * sum(oracle.sessions));
    // who comes when is the person's own: lists may push a visit over the end, no more
    expect(Math.abs(sum(oracle.sessions) / sum(none.sessions) - 1)).toBeLessThan(0.05);
  });
});

test('deeds are done in the order of their times, each as often as it was due', async () => {
  const done: string[] = [];
  const deed = (name: string, everyMs: number) => ({
    everyMs,
    act: async (at: number) => void done.push(`${name}${at}`),
  });
  const schedule = createSchedule(0, [deed('a', 2), deed('b', 3)]);
  await schedule.until(1);
  await schedule.until(6);
  expect(done).toEqual(['a2', 'b3', 'a4', 'a6', 'b6']);
});

test('who comes back finds a list for that visit: what was looked at last comes first', async () => {
  const lists = createServedLists({ ...defaultConfiguration, explained: 0 });
  const [itemIds, at] = [Array.from({ length: 20 }, (_, n) => `i${n}`), Date.UTC(2026, 2, 1)];
  const nothing = { description: null, brand: null, price: null, currency: null, stock: null, hidden: false };
  const always = { availableFrom: null, availableUntil: null, repurchaseDays: null, attributes: {} };
  for (const [n, itemId] of itemIds.entries())
    await lists.takeItem({ itemId, title: `thing ${n % 2}`, category: ['Things'], ...nothing, ...always }, n, at);
  const look = (itemId: string, eventTime: number, offset: number) =>
    lists.take({ ...noEvent, eventId: `${offset}`, eventTime, userId: 'anna', itemId }, offset, () => 0);
  await look('i5', at, 0);
  await look('i8', at + 60_000, 1);
  const open = lists.current('anna');
  await lists.endVisits(at + 31 * 60_000 - 1);
  expect(lists.current('anna')).toBe(open);
  await lists.endVisits(at + 31 * 60_000);
  const next = lists.current('anna');
  expect(next?.items.slice(0, 2)).toEqual(['i8', 'i5']);
  expect(next?.recommId).not.toBe(open?.recommId);
  expect(next?.trigger).toBe(1);
  await look('i8', at + 86_400_000, 2);
  expect(lists.current('anna')?.items).not.toContain('i8'); // on the screen, and content names no item of itself
});

describe('figures', () => {
  const tally = (purchases: number[], sessions: number[]) => {
    const none = new Float64Array(sessions.length);
    const rest = { revenue: none, views: none, carts: none, impressions: none, clicks: none };
    return { ...rest, sessions: Float64Array.from(sessions), purchases: Float64Array.from(purchases) };
  };

  test('are sums by sums, so that who comes often counts as often', () => {
    const one = [{ a: tally([9, 0], [9, 1]) }];
    expect(estimate(one, 'purchases', ({ a }) => a as number).value).toBeCloseTo(0.9, 12);
  });

  test('of two arms take the same people: a difference that all have alike is certain', () => {
    const people = Array.from({ length: 50 }, (_, at) => at % 7);
    const ones = people.map(() => 1);
    const arms = [
      {
        a: tally(people, ones),
        b: tally(
          people.map((of) => of + 1),
          ones,
        ),
      },
    ];
    const { value, low, high } = estimate(arms, 'purchases', ({ a, b }) => (b as number) - (a as number));
    for (const figure of [value, low, high]) expect(figure).toBeCloseTo(1, 12);
  });

  test('name the share of the way', () => {
    expect(shareOfTheWay('a', 'c', 'b')({ a: 2, b: 3, c: 6 })).toBe(0.25);
  });
});
