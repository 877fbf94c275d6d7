import { readFileSync } from 'node:fs';
import { type EventType, eventTypes } from '@nextcart/contracts';
import { z } from 'zod';
import { gateSchema } from '../release/gate-settings.ts';

const weight = z.number().min(0);
const count = z.number().int().min(1);
const rate = z.object({ from: z.number().positive(), to: z.number().positive() });
const share = z.number().min(0).max(0.95);

/** What can be known of an item beside its number. */
export const itemFieldNames = ['words', 'grams', 'category', 'brand', 'price'] as const;

const shape = z.strictObject({
  /** Types that models see, in the order of their numbers; any other event is left out. */
  events: z
    .partialRecord(
      z.enum(eventTypes),
      z.strictObject({
        /** Of foretelling such an event; 0: it is never a target. */
        target: weight,
        /** In a subject's bag of items, and of words of searches; 0: not in it. */
        bag: weight,
      }),
    )
    .refine((events) => Object.values(events).some(({ target }) => target > 0), 'no type is a target'),
  /** An event that is so much older than the newest weighs half in a bag. */
  recencyHalfLifeDays: z.number().positive(),
  /** How far an amount moves a weight: at its category's median 1, at 0 less by this share, at thrice the median more by it. */
  amountShare: z.number().min(0).max(1),
  /** Items of fewer events are none. */
  minItemSupport: count,
  /** Columns that words and 3-grams of searches are hashed into; 0: searches are events without content. */
  searchFeatures: z.number().int().min(0),
  /**
   * Of the catalogue, what the recurrent model knows items by beside their numbers, hashed into the same columns: words of
   * title, brand and category, their 3-grams, levels of the category, brand, price decile within it. None: by their numbers alone.
   */
  itemFields: z.array(z.enum(itemFieldNames)),
  recurrent: z.strictObject({
    width: count,
    blocks: count,
    lags: z.number().int().min(0),
    lanes: count,
    times: count,
    dropout: z.strictObject({ events: share, blocks: share }),
    rate,
    tables: rate.extend({ optimiser: z.enum(['adam', 'adagrad']) }),
    /** Up to so many items the softmax is full, above it is over the targets and so many draws. */
    sampledAbove: count,
    draws: count,
  }),
  autoencoder: z.strictObject({
    hidden: count,
    latent: count,
    /** Layers of the encoder, the sparse one included. */
    depth: count,
    batch: count,
    /** Share of a bag that is left out while the encoder learns. */
    dropout: share,
    /** Weight of the prior, by a subject's targets. */
    gamma: z.number().positive(),
    rate,
    /** Epochs for each one of a full training's budget: a subject is a row here, not each of its events. */
    epochFactor: count,
    /** Batches that a full training learns from at least, in more epochs where a shop has few subjects. */
    minBatches: count,
    sampledAbove: count,
    draws: count,
  }),
  warm: z.strictObject({
    /**
     * That a warm start learns from, new and replayed ones together; views and clicks are thinned to fit. Both models take
     * a minute for an epoch of half a million on one core (20,000 items: 16,000 events/s, 3,600 subjects/s).
     */
    maxEvents: count,
    /** How old replayed events may be. */
    replayDays: z.number().positive(),
    epochs: count,
    /** Of a full training's rates: what is known moves by so much less. */
    rateShare: z.number().positive().max(1),
  }),
  cycle: z.strictObject({
    /**
     * Of a cycle's events, the newest, which the gate measures over before anything has learned from them. More of a warm
     * start's: the gate wants its subjects, and what passes learns from the slice, too.
     */
    sliceShare: z.strictObject({ full: z.number().gt(0).lt(1), warm: z.number().gt(0).lt(1) }),
    /** Positions of the log that nothing in force has learned from: fewer are no cycle. */
    minEvents: count,
  }),
  gate: gateSchema.prefault({}),
});

const schema = shape.refine(({ itemFields, searchFeatures }) => itemFields.length === 0 || searchFeatures > 0, {
  path: ['itemFields'],
  message: 'they are hashed into the columns of searches: searchFeatures must be above 0',
});

/** What is learned from the log and how: `training.json`. */
export type TrainingSettings = z.output<typeof schema>;

/** Throws an Error that names the file and each value that can't be used. */
export const readTrainingSettings = (file: string): TrainingSettings =>
  parseTrainingSettings(JSON.parse(readFileSync(file, 'utf8')), file);

/** `from`: where they were found, which the error names. */
export const parseTrainingSettings = (told: unknown, from: string): TrainingSettings => {
  const parsed = schema.safeParse(told);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map(({ path, message }) => `  ${path.join('.')}: ${message}`);
  throw new Error(`${from} is not usable:\n${lines.join('\n')}`);
};

/** Types by the numbers that models know them by. */
export const typesOf = ({ events }: Pick<TrainingSettings, 'events'>): readonly EventType[] =>
  eventTypes.filter((type) => events[type] !== undefined);

/** The same with another number of subjects that the gate waits for. */
export const withMinSubjects = (settings: TrainingSettings, minSubjects: number | undefined): TrainingSettings =>
  minSubjects === undefined ? settings : { ...settings, gate: { ...settings.gate, minSubjects } };
