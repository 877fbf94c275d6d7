export { createScorer, type Scorer, type ScorerDeps } from './create-scorer.ts';
export { readEnv } from './env.ts';
export { type FaultPoint, type FaultPointName, faultPoints } from './fault-point.ts';
export { createKeyTable } from './key-table.ts';
export { defaultOptions, type ScorerOptions } from './options.ts';
export type { OnUnchanged } from './scoring-loop.ts';
