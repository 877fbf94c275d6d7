import { holdOut } from '@nextcart/contracts';
import { expect, test } from 'vitest';
import { createSpotlight } from './spotlight.ts';

const PAUSE_MS = 15_000;

test('the demo stays with who shops, until they pause', () => {
  const spotlight = createSpotlight({ share: 0, salt: '' }, PAUSE_MS);
  expect(spotlight.event('anna', 0)).toBe('anna');
  expect(spotlight.event('ben', PAUSE_MS)).toBe('anna');
  expect(spotlight.event('anna', PAUSE_MS)).toBe('anna');
  expect(spotlight.event('ben', 2 * PAUSE_MS)).toBe('anna');
  expect(spotlight.event('ben', 2 * PAUSE_MS + 1)).toBe('ben');
});

test('it never turns to who is held out, and is not kept by them', () => {
  const heldOut = { share: 0.5, salt: 'spring' };
  const users = Array.from({ length: 40 }, (_, n) => `user ${n}`);
  const { models = [], base = [] } = Object.groupBy(users, (user) => holdOut(user, heldOut));
  const spotlight = createSpotlight(heldOut, PAUSE_MS);
  for (const user of base) expect(spotlight.event(user, 0)).toBeUndefined();
  const [first = '', second = ''] = models;
  expect(spotlight.event(first, 0)).toBe(first);
  for (const user of base) expect(spotlight.event(user, 2 * PAUSE_MS)).toBe(first);
  expect(spotlight.event(second, 2 * PAUSE_MS)).toBe(second);
});

test('where all are held out it shows one of them', () => {
  const spotlight = createSpotlight({ share: 1, salt: '' }, PAUSE_MS);
  expect(spotlight.event('anna', 0)).toBe('anna');
});
