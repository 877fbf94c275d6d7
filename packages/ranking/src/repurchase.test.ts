import { expect, test } from 'vitest';
import { repurchaseDaysOf } from './repurchase.ts';
import { shopItems } from './shop.fixture.ts';

const [some] = shopItems;
if (some === undefined) throw new Error('the shop has no items');
const policy = { repurchaseDays: 30, repurchaseDaysByCategory: { Home: 365, 'Home > Candles': 0 } };

test.each([
  ["an item's own days go before its category's", ['Home', 'Candles'], 7, 7],
  ['an own 0 is a policy too', ['Home'], 0, 0],
  ["its category's go before those of the category above", ['Home', 'Candles', 'Tea lights'], null, 0],
  ['a category without days has those of the category above', ['Home', 'Lamps'], null, 365],
  ['other categories have the default', ['Homeware'], null, 30],
  ['also one that is named as what every object has', ['constructor'], null, 30],
  ['and so have items without a category', [], null, 30],
] as const)('%s', (_, category, own, days) => {
  expect(repurchaseDaysOf({ ...some, category: [...category], repurchaseDays: own }, policy)).toBe(days);
});

test('an item that the catalogue does not have has the default', () => {
  expect(repurchaseDaysOf(undefined, policy)).toBe(30);
});
