import type { ItemIndex, NextPurchase, SubjectHistory } from '@nextcart/contracts';
import { createBest } from '@nextcart/models';
import { createCandidateSheet } from './candidate-sheet.ts';
import type { Filter } from './filters.ts';
import type { PurchaseChances } from './models/purchase-chances.ts';

/** Items that are looked at for one that is listed: what was bought lately, the likeliest of all, is filtered. */
const ROOM = 10;

/**
 * The list of next purchases: the likeliest items that may be shown, with their chances, ties by item id. Chances are those
 * over the whole catalogue: what a filter takes leaves its own to nobody. An item that the calibration has never seen bought
 * at such a chance ends the list.
 */
export const createNextPurchases = (size: number, index: ItemIndex, filter: Filter) => {
  const sheet = createCandidateSheet(1);
  const best = createBest(size, (slot) => index.id(sheet.items[slot] as number));

  return (chances: PurchaseChances, history: SubjectHistory, now: number): NextPurchase[] => {
    sheet.clear();
    chances.eachBest(ROOM * size, sheet.touch);
    const count = filter.apply(sheet, history, now);
    for (let i = 0; i < count; i += 1) {
      const slot = filter.passed[i] as number;
      best.offer(slot, chances.millionths(sheet.items[slot] as number));
    }
    const list: NextPurchase[] = [];
    for (const slot of best.take()) {
      const item = sheet.items[slot] as number;
      const probability = chances.chanceOf(chances.millionths(item));
      if (probability === 0) break;
      list.push({ itemId: index.id(item), probability });
    }
    return list;
  };
};
