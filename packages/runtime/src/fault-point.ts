/**
 * Named places where a test may end the process: half of the kills of a fault test happen there and not by chance. In
 * production nothing is injected, and a point is an empty call.
 */
export type FaultPoint<N extends string> = (name: N) => void;

export interface Crash<N extends string> {
  readonly at: N;
  /** The how manieth time that the point is reached, from 1. */
  readonly nth: number;
}

/** 'planned:3' → the third time. Throws RangeError, naming the points, where it is none of them. */
export const parseCrash = <N extends string>(points: readonly N[], text: string): Crash<N> => {
  const [at, nth = '1'] = text.split(':');
  const name = points.find((point) => point === at);
  if (name === undefined || !/^[1-9]\d*$/.test(nth))
    throw new RangeError(`no fault point '${text}': expected one of ${points.join(', ')}, then :N`);
  return { at: name, nth: Number(nth) };
};

/** Calls `crash` when the point is reached for the nth time. */
export const createFaultPoint = <N extends string>(spec: Crash<N> | undefined, crash: () => void): FaultPoint<N> => {
  let seen = 0;
  return (name) => {
    if (name !== spec?.at) return;
    seen += 1;
    if (seen === spec.nth) crash();
  };
};
