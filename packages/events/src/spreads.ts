import { MONEY_SCALE, type SnapshotPayloads } from '@nextcart/contracts';
import { createByteKeys } from './byte-keys.ts';

/** What a cleaning snapshot says of one record. Immutable: another snapshot is another object. */
export interface Spreads {
  /** By the UTF-8 bytes of the subject, where they lie. */
  isRobot(bytes: Uint8Array, start: number, end: number): boolean;
  readonly hasRobots: boolean;
  /** Whether a line of this money is beyond its category's robust spread; false where nothing is known of it. */
  isOutlier(category: string, baseUnits: bigint): boolean;
}

/**
 * Beyond 6 robust standard deviations of ln(base amount). MAD × 1.4826 estimates the deviation of a normal
 * distribution (Hampel 1974); 6, because amounts have heavier tails than that and a flagged line leaves training.
 */
export const OUTLIER_DEVIATIONS = 6;
const MAD_TO_DEVIATION = 1.4826;
/** A category of one price has no spread, but five pieces of it are no outlier: 0.35 lets through a factor of 22. */
export const MIN_MAD = 0.35;

const UNIT = 10 ** MONEY_SCALE;

export const createSpreads = (payload: SnapshotPayloads['cleaning'] | null): Spreads => {
  const robots = createByteKeys<true>();
  for (const subject of payload?.robots ?? []) robots.set(subject, true);
  const rows = new Map(payload?.categories.map((category, row) => [category, row]));
  return {
    isRobot: (bytes, start, end) => robots.get(bytes, start, end) === true,
    hasRobots: (payload?.robots.length ?? 0) > 0,
    isOutlier: (category, baseUnits) => {
      const row = rows.get(category);
      // a free gift has no logarithm, and is no outlier
      if (row === undefined || payload === null || baseUnits <= 0n) return false;
      const median = payload.median[row] as number;
      const mad = Math.max(MIN_MAD, payload.mad[row] as number);
      const distance = Math.abs(Math.log(Number(baseUnits) / UNIT) - median);
      return distance > OUTLIER_DEVIATIONS * MAD_TO_DEVIATION * mad;
    },
  };
};
