import type { CatalogFeatures } from './catalog-features.ts';
import { createCare } from './parts/care.ts';
import { createEventCategories } from './parts/event-categories.ts';
import type { ScoringRequest } from './scoring.ts';

/**
 * What a visit is about now: the category of its newest event. Whatever part has named an item, it suits the visit more
 * if it is of that category (decision 51); when the visit has ended, nothing is known of what the next one is about.
 */
export interface Focus {
  /** At what the visit is about by an event, a place in the attention; at nothing by -1. */
  aim(request: ScoringRequest, event: number): void;
  /** How far the visit is about an item, 0 to 1. */
  of(item: number): number;
}

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
