/**
 * Which subjects a load leaves cold and which it makes known before it begins. A scorer that has just started knows
 * nobody, and one that has run for a day knows nearly everyone: so all who first come in the measured part are made
 * known beforehand, but for as many as the share asks for, spread evenly over it.
 */
export interface Choice {
  readonly cold: string[];
  /** Places of the events by which the others are made known. */
  readonly known: number[];
}

/** `subjects` by event in the order of sending; measured from place `from` on. Cold ones are `stored` ones alone. */
export const chooseCold = (
  subjects: readonly string[],
  from: number,
  stored: ReadonlySet<string>,
  share: number,
): Choice => {
  const first = new Map<string, number>();
  for (const [place, subject] of subjects.entries()) if (!first.has(subject)) first.set(subject, place);
  const late = [...first].filter(([, place]) => place >= from);
  const candidates = late.filter(([subject]) => stored.has(subject)).map(([subject]) => subject);
  const wanted = Math.min(candidates.length, Math.round(share * (subjects.length - from)));
  const cold = new Set(
    Array.from({ length: wanted }, (_, k) => candidates[Math.floor((k * candidates.length) / wanted)] as string),
  );
  return { cold: [...cold], known: late.filter(([subject]) => !cold.has(subject)).map(([, place]) => place) };
};
