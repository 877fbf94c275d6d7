import type { DatumView } from './walker.ts';

/** The store reads a decimal(18,4) from at most 8 bytes, however many of them are zeros. */
export const MAX_AMOUNT_BYTES = 8;

/** Whether the store can read an amount that is there: from no bytes it can't, which are zero to avsc. */
export const hasAmountSize = ({ starts, ends }: DatumView, field: number): boolean => {
  const size = (ends[field] as number) - (starts[field] as number);
  return size > 0 && size <= MAX_AMOUNT_BYTES;
};
