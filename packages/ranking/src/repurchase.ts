import { type CatalogItem, categoryText } from '@nextcart/contracts';
import type { RankingConfiguration } from './configuration.ts';

export type RepurchasePolicy = Pick<RankingConfiguration, 'repurchaseDays' | 'repurchaseDaysByCategory'>;

/** Days that a bought item stays away: as it says itself, else as the nearest of its categories does, else the default. */
export const repurchaseDaysOf = (item: CatalogItem | undefined, policy: RepurchasePolicy): number => {
  const own = item?.repurchaseDays;
  if (own != null) return own;
  for (let path = item?.category ?? []; path.length > 0; path = path.slice(0, -1)) {
    const category = categoryText(path);
    if (Object.hasOwn(policy.repurchaseDaysByCategory, category))
      return policy.repurchaseDaysByCategory[category] as number;
  }
  return policy.repurchaseDays;
};
