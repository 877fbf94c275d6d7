/** What is agreed between the measuring process and those it starts. */

/** Header of an event: when it was due by the load's plan, epoch ms with fractions. */
export const DUE_HEADER = 'bench-due';

export interface ShopPlan {
  readonly seed: number;
  readonly users: number;
  readonly items: number;
  readonly startAt: number;
}

/** Events a second, by the shop's clock, of the past that is in the store before the scorer starts. */
export const HISTORY_PER_S = 1000;

/** First argument of load.ts, as JSON. */
export interface LoadPlan {
  readonly brokers: string;
  readonly registryUrl: string;
  readonly shop: ShopPlan;
  /** Events that are in the store already: the shop's first at HISTORY_PER_S. */
  readonly history: number;
  readonly eventsPerS: number;
  /** Seconds of the shop's clock that earlier loads took up: nobody does the same thing twice. */
  readonly earlierS: number;
  readonly warmUpS: number;
  readonly seconds: number;
  /** Of the measured events: those of a customer whom the store knows and the scorer has not seen since it started. */
  readonly coldShare: number;
}

/** The load's messages to its parent: when it has made its events, and when the broker has all of them. */
export type LoadMessage =
  | { readonly kind: 'ready' }
  | {
      readonly kind: 'done';
      /** Epoch ms at which the first event was due. */
      readonly startedAt: number;
      /** Events in all: those that are timed, the warm-up, and those that made subjects known beforehand. */
      readonly sent: number;
      /** Subjects whose first event of all is a measured one. */
      readonly cold: readonly string[];
      /** How far behind its plan the load itself was at its worst, its linger left out. */
      readonly lateMsMax: number;
    };
export type LoadDone = Extract<LoadMessage, { kind: 'done' }>;

/** Epoch ms with fractions, comparable between processes of one machine. */
export const preciseNow = (): number => performance.timeOrigin + performance.now();
