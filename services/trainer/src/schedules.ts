import type { ScheduleSettings } from './env.ts';
import type { ClockedJob } from './queue.ts';

/** What comes by the wall clock, for all trainers together. */
export const schedulesOf = ({
  warmEveryMs,
  fullEveryMs,
  evaluateEveryMs,
  cleanUpEveryMs,
  plan,
}: ScheduleSettings): ClockedJob[] => [
  // the first of two that are due together: a warm cycle that is there keeps a full one out
  { name: 'full', everyMs: fullEveryMs, job: { name: 'plan-cycle', data: { ...plan, mode: 'full' } } },
  { name: 'warm', everyMs: warmEveryMs, job: { name: 'plan-cycle', data: { ...plan, mode: 'warm' } } },
  { name: 'evaluate', everyMs: evaluateEveryMs, job: { name: 'evaluate', data: { seed: plan.seed } } },
  { name: 'clean-up', everyMs: cleanUpEveryMs, job: { name: 'clean-up', data: {} } },
];
