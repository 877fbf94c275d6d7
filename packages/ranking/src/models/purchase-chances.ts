import { chanceOf, NO_ITEM, type PurchaseCalibration, type PurchaseShares } from '@nextcart/models';
import { eachBestOf } from './best-blocks.ts';
import type { ItemNumbers } from './model-events.ts';

/** What one subject buys next, where it buys at all. Good until the models are asked again. */
export interface PurchaseChances {
  /** Hands over the likeliest `wanted` items and maybe more, as indices in the process's ItemIndex. */
  eachBest(wanted: number, take: (item: number) => void): void;
  /** Chance of an index in terms of the likeliest item's, in millionths: whole, so that order and ties don't hang on last bits. */
  millionths(item: number): number;
  /** The chance that so many millionths mean, in [0, 1]; never falls where they rise. */
  chanceOf(millionths: number): number;
}

const MICRO = 1e6;

/** Reads rows of shares over `items` items. */
export const createChancesReader =
  (items: number, numbers: ItemNumbers, calibration: PurchaseCalibration) =>
  ({ shares, places, totals, maxima }: PurchaseShares, row: number): PurchaseChances => ({
    eachBest: (wanted, take) => {
      eachBestOf({ values: shares, places, maxima }, row, { items, wanted }, (item) => take(numbers.indexOf(item)));
    },
    millionths: (index) => {
      const item = numbers.of(index);
      return item === NO_ITEM ? 0 : Math.round((shares[row * places + item] as number) * MICRO);
    },
    chanceOf: (millionths) => chanceOf(calibration, millionths / MICRO, totals[row] as number),
  });
