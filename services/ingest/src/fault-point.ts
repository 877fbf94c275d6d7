/**
 * Named places in the life of a batch where a test may end the process (INGEST_CRASH_AT). In production nothing is
 * injected, and a point is an empty call.
 */
export const faultPoints = [
  'planned', // the plan is committed, nothing is inserted
  'dead_lettered', // dead letters are written, nothing is inserted
  'inserted', // the store has the batch, nothing says so
  'acknowledged', // the group's offset is above the batch
] as const;
export type FaultPointName = (typeof faultPoints)[number];
export type FaultPoint = (name: FaultPointName) => void;

export interface Crash {
  readonly at: FaultPointName;
  /** The how manieth time that the point is reached, from 1. */
  readonly nth: number;
}

/** 'planned:3' → the third time. Throws where it is no such point. */
export const parseCrash = (text: string): Crash => {
  const [at, nth = '1'] = text.split(':');
  const name = faultPoints.find((point) => point === at);
  if (name === undefined || !/^[1-9]\d*$/.test(nth))
    throw new RangeError(`INGEST_CRASH_AT is '${text}': expected one of ${faultPoints.join(', ')}, then :N`);
  return { at: name, nth: Number(nth) };
};

/** Calls `crash` when the point is reached for the nth time. */
export const createFaultPoint = (spec: Crash | undefined, crash: () => void): FaultPoint => {
  let seen = 0;
  return (name) => {
    if (name !== spec?.at) return;
    seen += 1;
    if (seen === spec.nth) crash();
  };
};
