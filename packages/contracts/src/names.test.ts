import { expect, test } from 'vitest';
import { errorCodes, NextcartError } from './errors.ts';
import { EXCLUDED_FROM_WINDOWS, flags } from './outcomes.ts';
import { planToken, positionKey } from './position.ts';
import { isKept, subjectOf } from './records.ts';
import { FOLD_STEP, foldStart, MAX_FOLDED } from './subject-history.ts';
import { similarItemsKey, topics } from './topics.ts';
import { uuidOfText } from './uuid-of-text.ts';

test('an error carries its code, whether to try again, its cause and what a person needs to act', () => {
  const cause = new Error('refused');
  const error = new NextcartError('store_unavailable', 'no answer', { retry: true, cause, context: { port: 8123 } });
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({
    name: 'NextcartError',
    code: 'store_unavailable',
    retry: true,
    context: { port: 8123 },
  });
  expect(error.cause).toBe(cause);
  const bare = new NextcartError('internal', 'x', { retry: false });
  expect(bare.context).toEqual({});
  expect('cause' in bare).toBe(false);
  expect(new Set(errorCodes).size).toBe(errorCodes.length);
});

test('positions and plans have one name each', () => {
  expect(positionKey({ topicId: 't', partition: 1, offset: 22 })).toBe('t:1:22');
  expect(planToken('t', 1, 22, 30)).toBe('t:1:22-30');
});

test.each([
  [{ eventType: 'view', userId: 'u', visitorId: 'v' }, 'u'],
  [{ eventType: 'view', userId: '', visitorId: 'v' }, 'v'],
  [{ eventType: 'history', userId: 'u', visitorId: 'v' }, 'u'],
  [{ eventType: 'identify', userId: 'u', visitorId: 'v' }, 'v'],
  [{ eventType: 'identify', userId: 'u', visitorId: null }, null],
  [{ eventType: 'view', userId: null, visitorId: '' }, null],
] as const)('the subject of %o is %s', (event, subject) => {
  expect(subjectOf(event)).toBe(subject);
});

test('accepted and late rows are history, the others are not', () => {
  expect((['accepted', 'late', 'duplicate', 'quarantined'] as const).map(isKept)).toEqual([true, true, false, false]);
});

test('a fold starts at a multiple of 64, and holds 64 to 127 events once there are as many', () => {
  for (let count = 0; count < 1000; count += 1) {
    const start = foldStart(count);
    expect(start % FOLD_STEP).toBe(0);
    expect(count - start).toBeLessThanOrEqual(MAX_FOLDED);
    expect(count - start).toBeGreaterThanOrEqual(Math.min(count, FOLD_STEP));
  }
  expect([127, 128, 191, 192].map(foldStart)).toEqual([0, 64, 64, 128]);
});

test('flags are bits of their own', () => {
  const bits = Object.values(flags);
  expect(bits.reduce<number>((all, bit) => all | bit, 0)).toBe(2 ** bits.length - 1);
  expect(EXCLUDED_FROM_WINDOWS).toBe(flags.robot + flags.outlierAmount);
});

test("lists have as many partitions as events, every topic the broker's append time", () => {
  expect(topics.recommendations.partitions).toBe(topics.events.partitions);
  for (const { config } of Object.values(topics)) expect(config['message.timestamp.type']).toBe('LogAppendTime');
  expect(similarItemsKey('i1')).toBe('item:i1');
});

test('a UUID of text is its SHA-256 with the marks of version 8', () => {
  expect(uuidOfText('a')).toBe('ca978112-ca1b-8dca-bac2-31b39a23dc4d');
});
