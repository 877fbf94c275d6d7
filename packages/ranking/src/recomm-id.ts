import { hash } from 'node:crypto';
import { EXPLORED_KEY, type RecommendedItem, TEAMS_KEY } from '@nextcart/contracts';
import { exploredText } from './exploration.ts';

/** All that a list was made from (law 6). */
export interface ListOrigin {
  readonly release: string;
  /** Hash by kind, and what else it was made by: changes of the ranking, a next visit. */
  readonly snapshots: Readonly<Record<string, string>>;
  readonly catalogPosition: string;
  readonly partition: number;
  /** -1 for lists that are nobody's. */
  readonly triggerOffset: number;
  readonly subject: string;
}

/** The release that is named while no trained one is in force. */
export const UNTRAINED = 'untrained';

/** 128 bits of SHA-256. */
const ID_DIGITS = 32;

/** Kinds in one order, whatever came first: their names are hashed. */
export const inOrder = (snapshots: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(snapshots).sort(([a], [b]) => (a < b ? -1 : 1)));

type Snapshots = ListOrigin['snapshots'];

/** What was drawn for a list is named beside what it was made from: who drafted its places, and which were explored. */
export const withDraws = (
  snapshots: Snapshots,
  { items, teams }: { readonly items: readonly Pick<RecommendedItem, 'reasons'>[]; readonly teams: string | null },
): Snapshots => {
  const explored = exploredText(items);
  if (teams === null && explored === '') return snapshots;
  return inOrder({
    ...snapshots,
    ...(teams !== null && { [TEAMS_KEY]: teams }),
    ...(explored !== '' && { [EXPLORED_KEY]: explored }),
  });
};
export const withoutDraws = (snapshots: Snapshots): Snapshots => {
  const { [TEAMS_KEY]: _, [EXPLORED_KEY]: __, ...madeFrom } = snapshots;
  return madeFrom;
};

/**
 * Name of a list: a hash of what it was made from. `snapshots` in their order (`inOrder`); what was drawn is not among
 * them, because the name draws who drafts.
 */
export const recommIdOf = (origin: ListOrigin): string => {
  const { release, catalogPosition, partition, triggerOffset, subject } = origin;
  const snapshots = JSON.stringify(withoutDraws(origin.snapshots));
  const madeFrom = [release, snapshots, catalogPosition, partition, triggerOffset, subject];
  return hash('sha256', madeFrom.join('\n'), 'hex').slice(0, ID_DIGITS);
};
