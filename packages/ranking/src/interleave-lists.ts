import type { RecommendedItem } from '@nextcart/contracts';
import { teamDraft, teamText } from './interleave.ts';

/** A list drafted out of two. */
export interface DraftedList {
  /** Each as its team's own list shows it. */
  readonly items: RecommendedItem[];
  /** By place; stands under contracts' TEAMS_KEY. */
  readonly teams: string;
}

/**
 * The lists of the release in force and of another as the one that is published: as long as the longer one. Scorer and
 * replay both use it. `recommId`: the list's, which draws the coins.
 */
export const interleaveLists = (
  first: readonly RecommendedItem[],
  second: readonly RecommendedItem[],
  recommId: string,
): DraftedList => {
  const size = Math.max(first.length, second.length);
  const { items, teams } = teamDraft(first, second, { size, seed: recommId, idOf: ({ itemId }) => itemId });
  return { items: [...items], teams: teamText(teams) };
};
