import type { Metrics } from '@nextcart/runtime';

/** nextcart_trainer_*: help texts speak to the person on call. */
export const createInstruments = (metrics: Metrics) => ({
  ended: metrics.counter('jobs_total', 'Jobs by how they ended; "retried" comes again, "failed" waits for a person', [
    'job',
    'end',
  ]),
  running: metrics.gauge('running_jobs', 'Trainings that run in this process now'),
  speed: metrics.gauge('events_per_second', 'Events a second that the running training learns from; 0 where none runs'),
});
export type Instruments = ReturnType<typeof createInstruments>;
