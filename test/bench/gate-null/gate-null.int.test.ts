import { migratedStore } from '@nextcart/clickhouse/testing';
import { expect, inject, test } from 'vitest';
import { nullSettings, QUICK } from './sizes.ts';
import { tryShop } from './try-shop.ts';

const passed = (outcomes: readonly boolean[]): number => outcomes.filter(Boolean).length;

// on another CPU weights differ in their last bits: one of ten may come out otherwise
test('20 trained challengers that are no better do not pass, and the gate opens for a first release', {
  timeout: 300_000,
}, async () => {
  const { store, drop } = await migratedStore(inject('urls').clickhouseUrl, 'nulls');
  try {
    const tried = await tryShop(store, QUICK, nullSettings(), { shop: 1, onTrained: () => {} });
    expect(tried.seeds).toHaveLength(QUICK.challengers);
    expect(passed(tried.seeds)).toBeLessThanOrEqual(1);
    // poison is poison, also where it is new
    expect(passed(tried.shuffledNewer)).toBe(0);
    expect(passed(tried.shuffled)).toBe(0);
    // the same challengers, by the same gate
    expect(passed(tried.first)).toBeGreaterThanOrEqual(QUICK.challengers - 1);
  } finally {
    await drop();
  }
});
