import fc from 'fast-check';
import { type Deed, shopIds } from './shop.fixture.ts';

const minutes = fc.constantFrom(0, 0.2, 1, 5, 30, 90, 150, 500, 60 * 24 * 40);
const about = (...types: readonly Deed[0][]) =>
  fc.tuple(fc.constantFrom(...types), fc.constantFrom(...shopIds, 'never-seen'), minutes);
const search = fc.tuple(
  fc.constant('search' as const),
  fc.constantFrom('red coffee', 'lapms', 'golden', 'kitchen rugs', 'xyz'),
  minutes,
);

const newestLast = (deeds: Deed[]): Deed[] => deeds.toSorted((a, b) => b[2] - a[2]);

/** Anything that a subject may have done. */
export const anyDeeds: fc.Arbitrary<Deed[]> = fc
  .array(fc.oneof(search, about('view', 'click', 'cart', 'purchase', 'return', 'impression', 'dismiss')), {
    maxLength: 14,
  })
  .map(newestLast);

/** Nothing that a filter listens to. */
export const lookingDeeds: fc.Arbitrary<Deed[]> = fc
  .array(fc.oneof(search, about('view', 'click', 'cart', 'purchase')), { minLength: 1, maxLength: 12 })
  .map(newestLast);
