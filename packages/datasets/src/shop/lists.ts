import type { Choice, Visit } from './choice.ts';
import { parameters } from './parameters.ts';
import type { Person } from './people.ts';
import { leafSpecs } from './words.ts';
import type { World } from './world.ts';

/** The lists that the shop shows, as an outside client reads them from recommendations.v1. */
export interface Lists {
  /** The newest list of a subject (item ids, best first); undefined where there is none, and then nothing is shown. */
  current(subject: string): { readonly recommId: string; readonly items: readonly string[] } | undefined;
}

const PLACE = { resume: 0.8, successor: 0.6, complement: 0.8, staple: 0.8 } as const;
/** Mean of `suits` over people and items: lifts are counted from it. */
const MEAN_SUITS = 0.16;

/**
 * How likely somebody who sees an item in a list clicks it: it grows with the item's true next-item probability
 * against an even choice, so that a better list earns more clicks and no list earns them all.
 */
export const relevanceOf = (world: World, person: Person, visit: Visit, at: number, item: number): number => {
  const { assortment, market } = world;
  const choice: Choice = world.choice;
  if (!market.inStock(item)) return 0;
  const leaf = assortment.leafOf[item] as number;
  const sums = market.table(leaf, person.priceClass);
  const mean = (sums.at(-1) as number) / sums.length;
  const kept = visit.leaf >= 0 ? parameters.keepCategory : 0;
  const wish = (1 - kept) * choice.wish(person, leaf) + (visit.leaf === leaf ? kept * leafSpecs.length : 0);
  const lift = ((wish * market.weight(item, person.priceClass)) / mean) * (choice.suits(person, item) / MEAN_SUITS);
  let relevance = 1 - Math.exp(-parameters.clickScale * lift);
  for (const part of choice.parts(person, visit, at))
    if (part.kind !== 'need' && part.items.includes(item)) relevance = Math.max(relevance, PLACE[part.kind]);
  return relevance;
};
