import type { CatalogFeatures, CategoryShare } from '../catalog-features.ts';
import type { ScoringRequest } from '../scoring.ts';

/** What an event of the attention says of categories: that of its item, or those of a search's best answers; shares sum to 1 at most. */
export const createEventCategories = (features: CatalogFeatures) => {
  /** By category: an event that speaks for it alone. */
  const wholes: (readonly CategoryShare[])[] = [];
  return ({ history, attention }: ScoringRequest, event: number): readonly CategoryShare[] => {
    const item = attention.items[event] as number;
    if (item < 0) return features.categoriesOf(history.queries[attention.cells[event] as number] ?? '');
    const category = features.category(item);
    return category === -1 ? [] : (wholes[category] ??= [{ category, share: 1 }]);
  };
};
