/**
 * Named places in the life of a list where a test may end the process (SCORER_CRASH_AT). In production nothing is
 * injected, and a point is an empty call.
 */
export const faultPoints = [
  'folded_and_unranked', // the state knows the event, no list does
  'ranked_and_unsent', // the list is made, the broker has not heard of it
  'sent_and_unanswered', // the broker has it, nothing of ours has acted on that
  'produced_and_uncommitted', // the list is out, the group's offset is not above its trigger
] as const;
export type FaultPointName = (typeof faultPoints)[number];
export type FaultPoint = (name: FaultPointName) => void;

export interface Crash {
  readonly at: FaultPointName;
  /** The how manieth time that the point is reached, from 1. */
  readonly nth: number;
}

/** 'ranked_and_unsent:3' → the third time. Throws where it is no such point. */
export const parseCrash = (text: string): Crash => {
  const [at, nth = '1'] = text.split(':');
  const name = faultPoints.find((point) => point === at);
  if (name === undefined || !/^[1-9]\d*$/.test(nth))
    throw new RangeError(`SCORER_CRASH_AT is '${text}': expected one of ${faultPoints.join(', ')}, then :N`);
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
