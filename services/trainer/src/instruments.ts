import type { JobName } from '@nextcart/contracts';
import type { Metrics } from '@nextcart/runtime';
import { liveBands } from './release/judge-live.ts';

/** nextcart_trainer_*: help texts speak to the person on call. */
export const createInstruments = (metrics: Metrics) => {
  const ended = metrics.counter(
    'jobs_total',
    'Jobs by how they ended; "retried" comes again, "failed" waits for a person',
    ['job', 'end'],
  );
  const takenBack = metrics.counter(
    'releases_taken_back_total',
    'Releases that this trainer took back by itself, by the band that they left; the log says by how much',
    ['reason'],
  );
  // there from the start: a counter that begins with 1 has never increased, and its alarm would not go off
  for (const job of JOBS) ended.inc({ job, end: 'failed' }, 0);
  for (const reason of liveBands) takenBack.inc({ reason }, 0);
  return {
    ended,
    takenBack,
    running: metrics.gauge('running_jobs', 'Trainings that run in this process now'),
    speed: metrics.gauge(
      'events_per_second',
      'Events a second that the running training learns from; 0 where none runs',
    ),
  };
};
export type Instruments = ReturnType<typeof createInstruments>;

const JOBS: readonly JobName[] = ['train', 'release', 'needs', 'evaluate', 'plan-cycle', 'clean-up'];
