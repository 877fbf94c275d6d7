/**
 * Every parameter of the simulated shop. docs/simulated-shop.md explains them; a test compares the two.
 * They are frozen before a model is tuned on the shop: a change makes another shop, and old results void.
 */
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

export const parameters = {
  /** people */
  hasAccount: 0.65,
  twoDevices: 0.4,
  secondDevice: 0.35,
  signIn: 0.4,
  signOut: 0.03,
  activitySpread: 0.9,
  needsConcentration: 3,
  driftDays: 30,
  driftShare: 0.35,
  priceClasses: 5,
  favouriteBrands: 3,
  usd: 0.06,
  gbp: 0.04,

  /** visits */
  cycleMs: 4 * DAY_MS,
  itemsPerSession: 4.2,
  /** measured over 45,000 visits: what arrivals are counted by */
  eventsPerSession: 6.55,
  sessionMs: 77_000,
  dwellMs: 14_000,
  fastestDwellMs: 200,
  sessionIdShare: 0.85,
  rhythmDepth: 0.8,
  weekendLift: 1.25,

  /** choice of the next item: weights of the parts that apply, normalised over them */
  resume: 0.3,
  successor: 0.3,
  complement: 1.2,
  staple: 0.6,
  need: 1,
  keepCategory: 0.75,
  successorWeights: [0.4, 0.3, 0.2, 0.1],
  complementWeights: [0.5, 0.3, 0.2],
  otherBrand: 0.4,
  poorMatch: 0.15,
  boughtAgain: 0.05,
  priceSlope: 0.9,
  popularitySpread: 1.1,
  complementDays: 14,
  stapleDays: 5,

  /** what is done with an item */
  search: 0.6,
  searchAgain: 0.15,
  typo: 0.12,
  cart: 0.16,
  buyCart: 0.55,
  signInToBuy: 0.5,
  goOn: 0.6,
  secondPiece: 0.12,
  returned: 0.06,
  returnMinDays: 3,
  returnMaxDays: 14,

  /** market, in event time */
  tickMs: HOUR_MS,
  changesPerItemDay: 0.02,
  outOfStock: 0.04,
  restockPerDay: 0.25,
  priceStep: 0.12,
  trendShare: 0.05,
  trendHeight: 8,
  trendHalfLifeMs: 36 * HOUR_MS,
  trendPeriodDays: 30,

  /** lists that the shop shows */
  lookAtStart: 0.6,
  lookAfterView: 0.2,
  shownItems: 6,
  examine: 0.8,
  clickScale: 0.06,
  dismiss: 0.004,
} as const;

/** Shares of a person's records that get each kind of dirt; robots: share of all records. */
export interface DirtRates {
  readonly duplicate: number;
  readonly missing: number;
  /** Of records that carry an amount. */
  readonly absurdAmount: number;
  readonly late: number;
  readonly future: number;
  readonly notAvro: number;
  readonly robots: number;
}

export const defaultDirt: DirtRates = Object.freeze({
  duplicate: 0.005,
  missing: 0.004,
  absurdAmount: 0.004,
  late: 0.004,
  future: 0.001,
  notAvro: 0.001,
  robots: 0.01,
});
export const noDirt: DirtRates = Object.freeze({
  duplicate: 0,
  missing: 0,
  absurdAmount: 0,
  late: 0,
  future: 0,
  notAvro: 0,
  robots: 0,
});

/** How dirt looks. */
export const dirtShape = Object.freeze({
  duplicateMaxDelayMs: 30_000,
  lateMinMs: 15 * MINUTE_MS,
  lateMaxMs: 2 * HOUR_MS,
  futureMinMs: 10 * MINUTE_MS,
  futureMaxMs: 2 * DAY_MS,
  absurdMinFactor: 2_000,
  absurdMaxFactor: 200_000,
  /** Of absurd amounts. */
  negativeShare: 0.25,
  robotBurstMs: 3 * HOUR_MS,
  robotPauseMs: 1_000,
});
