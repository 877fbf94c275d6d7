/** What happens while the events go in, at shares of them. */
export type Step =
  | { readonly at: number; readonly kind: 'release' | 'roll-back'; readonly release: string }
  | { readonly at: number; readonly kind: 'kill' };

/** Two switches, two takeovers and a rollback, one kind after another, none at an end. */
export const steps: readonly Step[] = [
  { at: 0.15, kind: 'release', release: 'first' },
  { at: 0.35, kind: 'kill' },
  { at: 0.45, kind: 'release', release: 'second' },
  { at: 0.6, kind: 'kill' },
  { at: 0.75, kind: 'roll-back', release: 'second' },
];

/** What the process that makes the lists again is told. */
export interface VerifyPlan {
  readonly brokers: string;
  readonly clickhouseUrl: string;
  readonly registryUrl: string;
  readonly batch: number;
  readonly threads: number;
}
