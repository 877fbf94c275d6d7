import { setImmediate as nextTurn } from 'node:timers/promises';

/**
 * Lets what arrived meanwhile be read, and what waits for it be done. One turn is not enough: where a socket woke us, the
 * next immediate comes before sockets are looked at again.
 */
export const afterNextPoll = async (): Promise<void> => {
  await nextTurn();
  await nextTurn();
};
