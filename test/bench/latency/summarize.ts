import type { Metrics } from '../harness/bench.ts';
import type { Answer } from './answers.ts';

/** Nearest-rank percentile of ascending values; p in [0, 1]. */
export const percentile = (ascending: readonly number[], p: number): number =>
  ascending[Math.max(0, Math.ceil(p * ascending.length) - 1)] ?? Number.NaN;

const stages = {
  append: ({ event }: Stamped) => event.appendedAt - event.due,
  fetch: ({ stamps }: Stamped) => stamps.receivedAt - stamps.appendedAt,
  state: ({ stamps }: Stamped) => stamps.stateAt - stamps.receivedAt,
  score: ({ stamps }: Stamped) => stamps.scoredAt - stamps.stateAt,
  publish: ({ stamps }: Stamped) => stamps.publishedAt - stamps.scoredAt,
  read: ({ stamps }: Stamped) => stamps.readAt - stamps.publishedAt,
} as const;
type Stamped = Answer & { readonly stamps: NonNullable<Answer['stamps']> };

const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

/**
 * Metrics, their names ending with `label`; `cold` says whether the scorer had to fetch the event's subject from the
 * store. The scorer's own answers to sign-ins stand apart.
 */
export const summarize = (
  seen: readonly Answer[],
  cold: (answer: Answer) => boolean,
  missing: number,
  label: string,
): Metrics => {
  const ascending = (some: readonly Answer[]): number[] => some.map(({ latencyMs }) => latencyMs).sort((a, b) => a - b);
  const { true: signIns = [], false: answers = [] } = Object.groupBy(seen, ({ event }) => `${event.isSignIn === true}`);
  const all = ascending(answers);
  const signInMs = ascending(signIns);
  const coldOnes = answers.filter(cold);
  const coldMs = ascending(coldOnes);
  const warmMs = ascending(answers.filter((answer) => !cold(answer)));
  const count = (by: Answer['by']): number => answers.filter((answer) => answer.by === by).length;
  const stamped = answers.filter((answer): answer is Stamped => answer.stamps !== null);
  const sums = Object.entries(stages).map(
    ([name, of]) => [name, stamped.reduce((sum, answer) => sum + of(answer), 0)] as const,
  );
  const whole = sums.reduce((sum, [, ms]) => sum + ms, 0);
  const metrics: Record<string, number> = {
    p50_ms: percentile(all, 0.5),
    p95_ms: percentile(all, 0.95),
    p99_ms: percentile(all, 0.99),
    p999_ms: percentile(all, 0.999),
    max_ms: all.at(-1) ?? Number.NaN,
    cold_p50_ms: percentile(coldMs, 0.5),
    cold_p99_ms: percentile(coldMs, 0.99),
    warm_p99_ms: percentile(warmMs, 0.99),
    sign_in_p50_ms: percentile(signInMs, 0.5),
    sign_in_p99_ms: percentile(signInMs, 0.99),
    sign_ins: signInMs.length,
    p99_with_sign_ins_ms: percentile(ascending(seen), 0.99),
    events: answers.length,
    unanswered: missing,
    published_share: share(count('list') + count('tombstone'), answers.length),
    by_models_share: share(answers.filter(({ byModels }) => byModels).length, count('list')),
    suppressed_share: share(count('unchanged'), answers.length),
    cold_share: share(coldOnes.length, answers.length),
  };
  for (const [name, ms] of sums) metrics[`stage.${name}_share`] = share(ms, whole);
  // nobody cold or signed in, no percentile of theirs
  const known = Object.entries(metrics).filter(([, value]) => Number.isFinite(value));
  return Object.fromEntries(known.map(([name, value]) => [`${name}${label}`, value]));
};
