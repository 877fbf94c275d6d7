/**
 * The plan of law 2 as the group's offset metadata: what is about to be inserted from the committed offset on.
 * Kafka keeps at most 4 KiB of it.
 */
export interface Plan {
  /** A recreated topic starts at offset 0 under the same name: a plan of the old one must not be taken for the new. */
  readonly topicId: string;
  /** Last offset of the batch, included; absent where everything below the committed offset is in and nothing is planned. */
  readonly last?: number;
  /** State before the batch: newest event time by source, epoch ms. */
  readonly watermarks: Readonly<Record<string, number>>;
  /** Hash of the cleaning snapshot that judged it, or null. */
  readonly cleaning: string | null;
  /** Position of the catalogue that filled its gaps, for people: an insert that is healed takes the rows from the table. */
  readonly catalog: string;
}

const VERSION = 1;

export const formatPlan = (plan: Plan): string =>
  JSON.stringify({
    v: VERSION,
    topic: plan.topicId,
    last: plan.last,
    wm: plan.watermarks,
    clean: plan.cleaning,
    cat: plan.catalog,
  });

/** Null for anything that is no plan of this version: somebody else's commit, or a tool's. */
export const parsePlan = (metadata: string): Plan | null => {
  let value: unknown;
  try {
    value = JSON.parse(metadata);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { v, topic, last, wm, clean, cat } = value as Record<string, unknown>;
  if (v !== VERSION || typeof topic !== 'string' || typeof wm !== 'object' || wm === null) return null;
  return {
    topicId: topic,
    ...(typeof last === 'number' ? { last } : {}),
    watermarks: wm as Record<string, number>,
    cleaning: typeof clean === 'string' ? clean : null,
    catalog: typeof cat === 'string' ? cat : '',
  };
};
