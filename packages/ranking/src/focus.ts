import type { CatalogFeatures } from './catalog-features.ts';
import { createCare } from './parts/care.ts';
import { createEventCategories } from './parts/event-categories.ts';
import type { ScoringRequest } from './scoring.ts';

/**
 * What a visit is about now: the category of its newest event. What any part says of an item counts for more if the item is
 * of that category (decision 51); when the visit has ended, nothing is known of what the next one is about.
 */
export interface Focus {
  /** At what the visit is about by an event, a place in the attention; at nothing by -1. */
  aim(request: ScoringRequest, event: number): void;
  /** How far the visit is about an item, 0 to 1. */
  of(item: number): number;
}

/** A score with what the visit is about taken in: (1 + worth · share) times as much, where there is anything to it. */
export const focused = (score: number, share: number, worth: number): number =>
  score > 0 ? score * (1 + worth * share) : score;

export const createFocus = (features: CatalogFeatures): Focus => {
  const categoriesOf = createEventCategories(features);
  const { columns } = features;
  const care = createCare();
  return {
    aim: (request, event) => {
      care.clear();
      if (event >= 0 && !request.visitEnded) care.add(categoriesOf(request, event), 1);
    },
    // an item that the catalogue has not shown is of no category
    of: (item) => care.of(columns.category[item] ?? -1),
  };
};
