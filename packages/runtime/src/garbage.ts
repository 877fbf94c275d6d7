import { setFlagsFromString } from 'node:v8';

/**
 * Buffers count as part of the heap. Otherwise V8 collects all of it, some 100 ms on every core, whenever 64 MiB of
 * buffers were made since the last time: for a process that sends and fetches all day that is once a second, and the
 * lists of that time wait. To be called before there is much of either.
 */
export const countBuffersAsHeap = (): void => setFlagsFromString('--external-memory-accounted-in-global-limit');

/**
 * And the heap may double before it is collected whole, buffers counted. V8 takes the step by how fast it collected last,
 * which on cores that others want too comes to a tenth: a scorer that held 121 MB collected at 132, every other second.
 */
export const collectSeldom = (): void => {
  countBuffersAsHeap();
  setFlagsFromString('--heap-growing-percent=100');
};
