/** Whom the demo shows: somebody who is shopping now; it stays with them until they pause. */
export interface Spotlight {
  /** Notes an event of a signed-in subject at a real time, ms. Returns whom to show now. */
  event(subject: string, now: number): string;
  current(): string | undefined;
}

/** Leaves a subject after `idleMs` without an event, for the next one that has one. */
export const createSpotlight = (idleMs = 15_000): Spotlight => {
  let shown: string | undefined;
  let lastEvent = Number.NEGATIVE_INFINITY;
  return {
    event: (subject, now) => {
      if (shown === undefined || now - lastEvent > idleMs) shown = subject;
      if (subject === shown) lastEvent = now;
      return shown;
    },
    current: () => shown,
  };
};
