import { constants, setPriority } from 'node:os';

/**
 * Nice value of all work that no list waits for: on a machine that is shared, the way of an event goes first, and what
 * stands back still gets whatever is left.
 */
export const BACKGROUND_NICE = constants.priority.PRIORITY_BELOW_NORMAL;

/** The process stands back. To be called before its first other thread, which inherits it. */
export const standBack = (): void => setPriority(BACKGROUND_NICE);
