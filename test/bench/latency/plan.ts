/** What is agreed between the measuring process and those it starts. */

/** Header of an event: when it was due by the load's plan, epoch ms with fractions. */
export const DUE_HEADER = 'bench-due';

export interface ShopPlan {
  readonly seed: number;
  readonly users: number;
  readonly items: number;
  readonly startAt: number;
  readonly eventsPerSecond: number;
}

/** First argument of load.ts, as JSON. */
export interface LoadPlan {
  readonly brokers: string;
  readonly registryUrl: string;
  readonly shop: ShopPlan;
  /** Records of the shop that were used before. */
  readonly from: number;
  readonly eventsPerS: number;
  readonly seconds: number;
}

/** The load's messages to its parent: when it has made its events, and when the broker has all of them. */
export type LoadMessage =
  | { readonly kind: 'ready' }
  | {
      readonly kind: 'done';
      readonly startedAt: number;
      readonly events: number;
      /** Records of the shop that have been used. */
      readonly used: number;
      /** How far behind its plan the load itself was at its worst. */
      readonly lateMsMax: number;
    };
export type LoadDone = Extract<LoadMessage, { kind: 'done' }>;

/** Epoch ms with fractions, comparable between processes of one machine. */
export const preciseNow = (): number => performance.timeOrigin + performance.now();
