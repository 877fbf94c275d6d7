import { type HoldOut, holdOut } from '@nextcart/contracts';

/** Whom the demo shows: somebody who is shopping now; it stays with them until they pause. */
export interface Spotlight {
  /** Notes an event of a signed-in subject at a real time, ms. Returns whom to show now; undefined while there is nobody. */
  event(subject: string, now: number): string | undefined;
}

/**
 * Leaves a subject after `idleMs` without an event, for the next one that has one. Never one that is held out: their lists
 * would not show what models bring. Unless all are.
 */
export const createSpotlight = (heldOut: HoldOut, idleMs = 15_000): Spotlight => {
  let shown: string | undefined;
  let lastEvent = Number.NEGATIVE_INFINITY;
  return {
    event: (subject, now) => {
      if (heldOut.share < 1 && holdOut(subject, heldOut) === 'base') return shown;
      if (shown === undefined || now - lastEvent > idleMs) shown = subject;
      if (subject === shown) lastEvent = now;
      return shown;
    },
  };
};
