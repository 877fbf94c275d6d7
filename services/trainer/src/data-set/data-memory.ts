/**
 * What a training's data take, told before they are read. `npm run bench -- data-set` measures it over 10 M events: the
 * columns as they come and in the data set's order, then what the model learns from beside them.
 */
import { checkMemory, type MemoryNeed } from '@nextcart/models';

/** Held at most for each event: 97 were measured for the recurrent model, 74 for the autoencoder, 27 events a subject. */
export const EVENT_BYTES = 120;
/** Of its memory, what a full training that is planned gives to data: the rest is for the model, whose size is not known then. */
const PLANNED_SHARE = 0.5;

const DATA = 'events that it learns from';
const CURE = 'raise TRAINER_MEMORY_GIB, or have it learn from fewer';

/** Throws a RangeError with the figures and the cure where so many events alone take more. */
export const checkEvents = (events: number, memoryBytes: number): void =>
  checkMemory({ what: `reading ${events} events`, parts: { [DATA]: EVENT_BYTES * events }, cure: CURE }, memoryBytes);

/** A model's, its data included. */
export const withEvents = (need: MemoryNeed, events: number): MemoryNeed => ({
  ...need,
  what: `${need.what} on ${events} events`,
  parts: { ...need.parts, [DATA]: EVENT_BYTES * events },
});

/** That a full training is planned over, the newest. */
export const mostEvents = (memoryBytes: number): number => Math.floor((PLANNED_SHARE * memoryBytes) / EVENT_BYTES);
