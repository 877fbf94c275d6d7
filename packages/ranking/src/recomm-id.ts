import { hash } from 'node:crypto';
import { TEAMS_KEY } from '@nextcart/contracts';

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

/**
 * Name of a list: a hash of what it was made from. `snapshots` in their order (`inOrder`); who drafted its places is not
 * among them, because the name is what draws that.
 */
export const recommIdOf = (origin: ListOrigin): string => {
  const { release, catalogPosition, partition, triggerOffset, subject } = origin;
  const { [TEAMS_KEY]: _, ...snapshots } = origin.snapshots;
  const madeFrom = [release, JSON.stringify(snapshots), catalogPosition, partition, triggerOffset, subject];
  return hash('sha256', madeFrom.join('\n'), 'hex').slice(0, ID_DIGITS);
};
