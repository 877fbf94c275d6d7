/**
 * What an event weighs in its subject's bag: type · amount · recency. Invariants: an event's weight is a function of the
 * event and of settings, never of later events; whatever is not known of it counts as neutral, 1.
 */
import type { ItemFacts } from '../features/subject-events.ts';

export interface EventWeights {
  /** By the number of an event's type, ≥ 0; 0 leaves the event out. */
  readonly types: readonly number[];
  /** An event that is older by so much weighs half; Infinity: age does not matter. */
  readonly halfLifeMs: number;
  /**
   * How far an amount moves a weight, 0 to 1: at the median of its category not at all, at 0 down by this share, at three
   * times the median up by it.
   */
  readonly amountShare: number;
  /** Limits of the deciles of an item's amounts in its category, of which the middle one is the median. */
  readonly amountLimits: ItemFacts['amountLimits'];
}

const DAY_MS = 86_400_000;

export const eventWeightDefaults = {
  halfLifeMs: 30 * DAY_MS,
  amountShare: 0.5,
  amountLimits: () => undefined,
} as const satisfies Partial<EventWeights>;

/** Weights of types by name; a log numbers them in its own way. */
export const typeWeightDefaults = { view: 1, cart: 2, purchase: 3 } as const;

/**
 * 1 + share · (log2(1 + amount / median) − 1); 1 without an amount (NaN, or below 0), an item (−1), or a median of its
 * category.
 */
export const amountWeight = (
  item: number,
  amount: number,
  { amountShare, amountLimits }: Pick<EventWeights, 'amountShare' | 'amountLimits'>,
): number => {
  if (!(amount >= 0 && amount < Infinity) || item < 0) return 1;
  const limits = amountLimits(item);
  const median = limits?.[limits.length >> 1] ?? 0;
  return median > 0 ? 1 + amountShare * (Math.log2(1 + amount / median) - 1) : 1;
};

/** 2^(time / half-life) in two parts: a factor in [1, 2) and whole half-lives since 1970. */
export interface Recency {
  readonly factor: number;
  readonly power: number;
}

/**
 * A later reference time halves all weights alike, as often as half-lives lie between, and powers of two are exact: what
 * is summed event by event and what is summed anew get the same weights. Throws a RangeError for a time that is none.
 */
export const recencyOf = (time: number, halfLifeMs: number): Recency => {
  const lives = time / halfLifeMs;
  const power = Math.floor(lives);
  if (!Number.isFinite(lives)) throw new RangeError(`time ${time}, half-life ${halfLifeMs}`);
  return { factor: 2 ** (lives - power), power };
};
