/** How far the chances of next purchases, as lists would have shown them, are from what came. */
import type { Measured } from '@nextcart/clickhouse';
import { calibrationErrorInterval } from '@nextcart/models';
import type { RankedList } from '@nextcart/ranking';
import type { MeasuringRequest } from './requests.ts';

export const PURCHASE_ERROR = 'calibration error of next purchases';
export const purchaseErrorDefinition =
  'expected calibration error: Σ share of bin · |mean chance − share that was bought| over 10 bins of equally many listed items, of requests that ended in a purchase; few purchases have some by chance alone; the interval is that of 95 % by resampling subjects';
const BINS = 10;

export interface PurchaseTally {
  see(requests: readonly MeasuringRequest[], lists: readonly RankedList[]): void;
  /** Undefined where nothing was listed for anybody who bought. */
  error(options: { readonly seed: number; readonly resamples: number }): Measured | undefined;
}

export const createPurchaseTally = (): PurchaseTally => {
  const chances: number[] = [];
  const outcomes: number[] = [];
  const subjects: number[] = [];
  return {
    see: (requests, lists) => {
      requests.forEach(({ isBought, subject, target }, at) => {
        if (!isBought) return;
        for (const { itemId, probability } of lists[at]?.nextPurchases ?? []) {
          chances.push(probability);
          outcomes.push(Number(itemId === target));
          subjects.push(subject);
        }
      });
    },
    error: (options) => {
      if (chances.length === 0) return undefined;
      const told = {
        chances: Float32Array.from(chances),
        outcomes: Uint8Array.from(outcomes),
        subjects: Int32Array.from(subjects),
      };
      return calibrationErrorInterval(told, { bins: BINS, ...options });
    },
  };
};
