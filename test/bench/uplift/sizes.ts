export interface UpliftSize {
  readonly seeds: readonly number[];
  readonly people: number;
  readonly items: number;
  /** Of the shop's clock. */
  readonly days: number;
  /** What is counted begins with the first training. */
  readonly trainEveryDays: number;
  readonly trendingEveryHours: number;
  /** Sessions, co-visits and co-purchases. */
  readonly otherSnapshotsEveryHours: number;
  /** Of the recurrent model: the trainer's default. */
  readonly epochs: number;
  /** Four times what training.json makes of these: of so few people an epoch has one or two batches. */
  readonly autoencoderEpochs: number;
}

export const FULL: UpliftSize = {
  ...{ seeds: [1, 2, 3], people: 800, items: 1000, days: 60, trainEveryDays: 5 },
  ...{ trendingEveryHours: 6, otherSnapshotsEveryHours: 24, epochs: 8, autoencoderEpochs: 128 },
};
export const QUICK: UpliftSize = {
  ...{ seeds: [1], people: 300, items: 180, days: 12, trainEveryDays: 5 },
  ...{ trendingEveryHours: 12, otherSnapshotsEveryHours: 48, epochs: 1, autoencoderEpochs: 4 },
};

/** 2026-03-01 */
export const START_AT = Date.UTC(2026, 2, 1);
export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
/** Of lists; the shop's people see the first six, and the first ones don't depend on how many follow. */
export const LIST_SIZE = 10;
