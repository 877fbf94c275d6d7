/** Random rows of `events` for property tests: late, returned, flagged, in several currencies, recent and a month old. */
import { eventTypes, flags, outcomes } from '@nextcart/contracts';
import fc from 'fast-check';
import type { Positions } from './positions.ts';
import { type TestEvent, TOPIC_ID } from './test-events.fixture.ts';

export const DAY = 86_400_000;
export const NOW = Date.UTC(2026, 10, 24, 12, 34, 56, 789);

const amount = fc.option(
  fc.integer({ min: 0, max: 9_999_999 }).map((units) => (units / 10_000).toFixed(4)),
  { freq: 3 },
);
export const eventDraft = fc.record({
  type: fc.constantFrom(...eventTypes),
  // most of it in the last hours, some a month back, some after T
  age: fc.oneof(
    fc.integer({ min: -600_000, max: 8_000_000 }),
    fc.integer({ min: 0, max: 32 * DAY }),
    fc.constantFrom(0, 1, 300_000, 3_600_000, DAY, 7 * DAY),
  ),
  subject: fc.constantFrom('u1', 'u2', 'u3'),
  outcome: fc.constantFrom(...outcomes, 'accepted' as const, 'accepted' as const),
  flags: fc.constantFrom(0, 0, 0, flags.imputedAmount, flags.robot, flags.outlierAmount),
  item: fc.option(fc.constantFrom('i1', 'i2', 'ü3')),
  category: fc.constantFrom('', 'Home > Cups', 'Home'),
  brand: fc.constantFrom('', 'acme'),
  query: fc.option(fc.constantFrom(' Blue Cup', 'blue cup', 'ÜBER')),
  quantity: fc.option(fc.integer({ min: 1, max: 5 })),
  amount,
  currency: fc.constantFrom('EUR', 'GBP', 'JPY'),
  baseAmount: amount,
});

/** An event that has no place in the log yet; `age` is ms before `NOW`. */
export type EventDraft = Omit<TestEvent, 'partition' | 'offset' | 'time'> & { readonly age: number };

/** Drafts as rows of two partitions, in the order of their offsets. */
export const toEvents = (drafts: readonly EventDraft[]): TestEvent[] => {
  const next = [0, 0];
  return drafts.map(({ age, ...rest }, i) => {
    const partition = i % 2;
    const offset = next[partition] as number;
    next[partition] = offset + 1;
    const priced = ['cart', 'purchase', 'return'].includes(rest.type);
    return {
      ...rest,
      ...(priced ? {} : { amount: null, baseAmount: null, currency: '' }),
      ...{ partition, offset, time: NOW - age },
    };
  });
};

/** Last offsets of the two partitions up to which rows are read; -1: none of them. */
export const cuts = fc.tuple(fc.integer({ min: -1, max: 40 }), fc.integer({ min: -1, max: 40 }));
export const positionsOf = (cut: readonly [number, number]): Positions => ({
  [`${TOPIC_ID}:0`]: cut[0],
  [`${TOPIC_ID}:1`]: cut[1],
});
export const seenAt = (events: readonly TestEvent[], cut: readonly [number, number]): TestEvent[] =>
  events.filter(({ partition, offset }) => offset <= (cut[partition] as number));
