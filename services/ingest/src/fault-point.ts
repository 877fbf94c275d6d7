import type { FaultPoint as AnyFaultPoint } from '@nextcart/runtime';

/** Named places in the life of a batch where a test may end the process (INGEST_CRASH_AT). */
export const faultPoints = [
  'planned', // the plan is committed, nothing is inserted
  'dead_lettered', // dead letters are written, nothing is inserted
  'inserted', // the store has the batch, nothing says so
  'acknowledged', // the group's offset is above the batch
] as const;
export type FaultPointName = (typeof faultPoints)[number];
export type FaultPoint = AnyFaultPoint<FaultPointName>;
