import { bagsOf } from '../recurrent/bags.fixture.ts';
import { type EventSequences, NO_ITEM } from '../recurrent/events.ts';
import { sequencesOf } from '../recurrent/patterns.fixture.ts';
import { createRandom } from '../training/random.ts';
import { ITEMS, recurrentShape } from './release.fixture.ts';

const random = createRandom(6, 905);
const numbers = (count: number, below: number) => Array.from({ length: count }, () => random.below(below));

const LENGTHS = [5, 0, 1, 6];
const lists = LENGTHS.map((length) => numbers(length, ITEMS).map((item, at) => (at % 4 === 3 ? NO_ITEM : item)));
const all = lists.flat();

/** Four sequences; every fourth event is a search. */
export const events: EventSequences = {
  ...sequencesOf(lists),
  types: Uint8Array.from(numbers(all.length, recurrentShape.types)),
  gaps: Uint8Array.from(numbers(all.length, recurrentShape.gaps)),
  hours: Uint8Array.from(numbers(all.length, recurrentShape.hours)),
  weekdays: Uint8Array.from(numbers(all.length, 7)),
  // items have some too, which nobody may look at
  tokens: bagsOf(all.map(() => [...new Set(numbers(3, recurrentShape.features))])),
};
export const SEQUENCES = Int32Array.from(LENGTHS, (_, row) => row);
