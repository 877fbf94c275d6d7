import { gateDefaults } from '@nextcart/models';
import { z } from 'zod';

const count = z.number().int().min(1);

const shape = z.strictObject({
  /** Fewer are not enough for a decision: the cycle waits. */
  minSubjects: count.default(gateDefaults.minSubjects),
  /** Measured ones at most: with two models and 20,000 items a request costs some 5 ms of CPU, all contenders together. */
  maxSubjects: count.default(4000),
  /** Carts and purchases of each of them. More of the same subject tell less than another subject. */
  requestsPerSubject: count.default(2),
  /** Of the slice, a quarter at most, that the weights of the fusion are fitted on; the others are measured. */
  fusionSubjects: count.default(300),
  /** Of those subjects, that chances of next purchases are fitted on; with fewer the release says nothing of them. */
  minPurchases: count.default(50),
  margin: z.number().min(0).max(1).default(gateDefaults.margin),
  alpha: z.number().positive().max(0.5).default(gateDefaults.alpha),
  looksPerDay: count.default(gateDefaults.looksPerDay),
  resamples: count.default(gateDefaults.resamples),
  /** What a pass over the slice may do to a model that has passed. */
  refit: z
    .strictObject({
      /**
       * Its loss over the slice against that of the training: times this at most, by model. An autoencoder's is a sum
       * over all that a subject did, and who came in the slice did more.
       */
      lossFactor: z
        .strictObject({ recurrent: z.number().min(1).default(1.5), autoencoder: z.number().min(1).default(4) })
        .prefault({}),
      /** NDCG over the slice that it has learned: this share of what it was at least. */
      ndcgShare: z.number().positive().max(1).default(0.95),
      /** Mean of scores: moved by so many of their deviations at most. */
      meanShift: z.number().positive().default(0.5),
      /** Deviation of scores: times or divided by this at most. */
      deviationFactor: z.number().min(1).default(1.5),
    })
    .prefault({}),
  /** When a release that serves is taken back. */
  watch: z
    .strictObject({
      /** Of each release that something followed, below which nothing is decided. */
      minLists: count.default(2000),
      /** Share of the hit rate of the release before it that it must reach. */
      hitShare: z.number().positive().max(1).default(0.8),
      /** Standard errors below that share: so many, because it is asked every minute. */
      errors: z.number().positive().default(4),
      /** Mean steepness of lists: moved by so many deviations at most. */
      steepnessShift: z.number().positive().default(2),
      /** Of the release before it, the last of its time. */
      windowMinutes: z.number().positive().default(60),
    })
    .prefault({}),
});

/** Of an interval of 95 %, beyond each end. */
const BEYOND = 0.025;

/** How a candidate is judged: `gate` of training.json. */
export const gateSchema = shape.refine(
  // as the bounds of packages/models' paired-bootstrap.ts want it
  ({ alpha, looksPerDay, resamples }) => Math.floor(Math.min(alpha / looksPerDay, BEYOND) * resamples) >= 1,
  { path: ['resamples'], message: 'no candidate could be judged: looksPerDay / alpha are wanted at least, and 40' },
);

export type GateSettings = z.output<typeof gateSchema>;
