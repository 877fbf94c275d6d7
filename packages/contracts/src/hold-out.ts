import { hash } from 'node:crypto';

/** Who is compared with whom: `base` is held out and gets lists without models, as if none had been trained. */
export const arms = ['models', 'base'] as const;
export type Arm = (typeof arms)[number];

export interface HoldOut {
  /** Of the subjects that are held out, 0 to 1. */
  readonly share: number;
  /** Another salt draws other subjects: one experiment's luck is not the next one's. */
  readonly salt: string;
}

const TWO_TO_32 = 2 ** 32;

/**
 * Whether a subject is one of a share: by the first 32 bits of SHA-256 over salt, a line feed and subject, so that scorers, replay and
 * the store's SQL (packages/clickhouse, attribution-arms.ts) say the same without a table of subjects. Whoever is drawn at a
 * share is drawn at every larger one. Throws a RangeError where the share is not within 0 and 1.
 */
export const isDrawn = (subject: string, { share, salt }: HoldOut): boolean => {
  if (!(share >= 0 && share <= 1)) throw new RangeError(`a share of ${share} can't be drawn: expected 0 to 1`);
  return share > 0 && hash('sha256', `${salt}\n${subject}`, 'buffer').readUInt32BE(0) < share * TWO_TO_32;
};

/** The arm of a subject: who is drawn is held out. */
export const holdOut = (subject: string, how: HoldOut): Arm => (isDrawn(subject, how) ? 'base' : 'models');
