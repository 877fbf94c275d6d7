/** How a list says that it was drafted out of two releases, and whose lists are. */
import { isDrawn } from './hold-out.ts';
import type { ReleaseArtifact } from './model-releases.ts';

export interface Interleaving {
  /** The one in force. */
  readonly first: ReleaseArtifact;
  readonly second: ReleaseArtifact;
  /** Of the subjects, above 0 to 1. */
  readonly share: number;
  /** What drafted lists and activations name as their release. */
  readonly name: string;
}

/** Among the snapshots that a drafted list names: who drafted each place (ranking's teamText). */
export const TEAMS_KEY = 'teams';

/** Not in the ids of releases, which are made of the ids of their cycles. */
const AND = '+';

/** 'A+B' of the ids of the release in force and of the other. */
export const interleavedName = (first: string, second: string): string => `${first}${AND}${second}`;

/** The two releases that a name is of; null for the name of one. */
export const interleavedReleases = (name: string): readonly [first: string, second: string] | null => {
  const at = name.indexOf(AND);
  return at === -1 ? null : [name.slice(0, at), name.slice(at + AND.length)];
};

/** Whether a subject's lists are drafted: drawn by the name, so that other subjects are for other releases. */
export const isInterleaved = (subject: string, { name, share }: Pick<Interleaving, 'name' | 'share'>): boolean =>
  isDrawn(subject, { share, salt: name });
