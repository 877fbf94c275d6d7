import { artifactsEnv } from '@nextcart/artifacts';
import { clickhouseEnv } from '@nextcart/clickhouse';
import { kafkaEnv, kafkaEnvRule, registryEnv } from '@nextcart/kafka';
import { defaultConfiguration } from '@nextcart/ranking';
import { type EnvSource, parseCrash, parseEnv, serviceEnv } from '@nextcart/runtime';
import { z } from 'zod';
import { faultPoints } from './fault-point.ts';
import { defaultOptions, type ScorerOptions } from './options.ts';

const categoryDays = z.record(z.string().min(1), z.number().int().min(0));
/** It goes with every list, which names all that it was made from. */
const MOST_POLICY = 1000;
const daysByCategory = (text: string, context: z.RefinementCtx<string>): Readonly<Record<string, number>> => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined; // refused below, with the form that is wanted
  }
  const days = categoryDays.safeParse(value);
  if (days.success && text.length > MOST_POLICY) {
    const message = `has ${text.length} characters, and goes with every list: at most ${MOST_POLICY}. Name categories further up, or give items their own repurchaseDays in the catalogue`;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  }
  // in one order: the same policy is the same text
  if (days.success) return Object.fromEntries(Object.entries(days.data).sort(([a], [b]) => (a < b ? -1 : 1)));
  context.addIssue({
    code: 'custom',
    message: 'takes whole days by category as JSON, such as {"Groceries":0,"Home > Lamps":365}',
  });
  return z.NEVER;
};

const schema = z.object({
  ...serviceEnv,
  ...kafkaEnv,
  ...registryEnv,
  ...clickhouseEnv,
  ...artifactsEnv,
  /** Subjects in memory: some 1 KB each with a short history, 4 KB with a full one */
  SCORER_MAX_SUBJECTS: z.coerce.number().int().min(1000).default(defaultOptions.maxSubjects),
  /** Seconds that a list may be shown; made again when a fifth of it is left */
  LIST_TTL: z.coerce
    .number()
    .int()
    .min(60)
    .default(defaultOptions.listTtlMs / 1000),
  /** Lists made again by the sweeper; a million lists of a day are 15 a second */
  SCORER_REFRESH_PER_SECOND: z.coerce.number().int().min(1).default(defaultOptions.refreshPerSecond),
  /** Lists of similar items; 20 a second are some 1 % of a core and come through 20,000 items in a quarter of an hour */
  SCORER_ITEM_LISTS_PER_SECOND: z.coerce.number().int().min(1).default(defaultOptions.itemListsPerSecond),
  /** Of the models: a batch of lists is a millisecond of one core, so more pay only where cores are idle */
  SCORER_MODEL_THREADS: z.coerce.number().int().min(1).default(defaultOptions.modelThreads),
  /** Lists that wait are made without models where it would take longer to ask them for all, and again when nothing waits; 0: never */
  SCORER_MODELS_WITHIN_MS: z.coerce.number().min(0).default(defaultOptions.modelsWithinMs),
  /** Places of a list for items that were not going to be shown, so that somebody learns whether they would be liked */
  SCORER_EXPLORATION_SLOTS: z.coerce.number().int().min(0).default(0),
  /** Those are its 10th, 20th … */
  SCORER_EXPLORATION_EVERY: z.coerce.number().int().min(1).default(defaultConfiguration.exploration.every),
  /** How far prices decide the order; with 1 and a release that has chances of purchases, lists are by expected revenue */
  SCORER_REVENUE_SHARE: z.coerce.number().min(0).default(0),
  /** Items that the subject may buy next, with their chances, beside the list; 0: none */
  SCORER_NEXT_PURCHASES: z.coerce.number().int().min(0).max(50).default(defaultConfiguration.nextPurchases),
  /** Days that a bought item stays away, by category, such as {"Groceries":0,"Home > Lamps":365}; an item's own go before, others have 30 */
  SCORER_REPURCHASE_DAYS: z
    .string()
    .default('{}')
    .transform((text, context) => daysByCategory(text, context)),
  /** Share of subjects whose lists are made without models, by a hash of the salt and their key: what `nextcart attribution --hold-out` compares */
  SCORER_HOLD_OUT: z.coerce.number().min(0).max(1).default(0),
  /** Another one draws other subjects */
  SCORER_HOLD_OUT_SALT: z.string().default(''),
  /** Fault injection, used by tests alone: `ranked_and_unsent:3` kills the process at the third batch that gets there */
  SCORER_CRASH_AT: z
    .string()
    .transform((text) => parseCrash(faultPoints, text))
    .optional(),
});
export type ScorerEnv = z.output<typeof schema>;

/** A day's lists must be renewable, or they run out before their turn comes. */
const renewable = (env: ScorerEnv): string | undefined =>
  env.SCORER_REFRESH_PER_SECOND * env.LIST_TTL < env.SCORER_MAX_SUBJECTS
    ? `SCORER_REFRESH_PER_SECOND is ${env.SCORER_REFRESH_PER_SECOND}: within LIST_TTL not even the subjects in memory get a new list before theirs expire`
    : undefined;

export const readEnv = (source: EnvSource = process.env): Readonly<ScorerEnv> =>
  parseEnv(schema, source, [kafkaEnvRule, renewable]);

export const optionsOf = (env: ScorerEnv): Partial<ScorerOptions> => ({
  maxSubjects: env.SCORER_MAX_SUBJECTS,
  listTtlMs: env.LIST_TTL * 1000,
  refreshPerSecond: env.SCORER_REFRESH_PER_SECOND,
  itemListsPerSecond: env.SCORER_ITEM_LISTS_PER_SECOND,
  modelThreads: env.SCORER_MODEL_THREADS,
  modelsWithinMs: env.SCORER_MODELS_WITHIN_MS || Number.POSITIVE_INFINITY,
  configuration: {
    ...defaultConfiguration,
    exploration: { slots: env.SCORER_EXPLORATION_SLOTS, every: env.SCORER_EXPLORATION_EVERY },
    revenueShare: env.SCORER_REVENUE_SHARE,
    nextPurchases: env.SCORER_NEXT_PURCHASES,
    repurchaseDaysByCategory: env.SCORER_REPURCHASE_DAYS,
  },
  holdOut: { share: env.SCORER_HOLD_OUT, salt: env.SCORER_HOLD_OUT_SALT },
});
