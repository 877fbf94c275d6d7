import { createHash } from 'node:crypto';
import { type ModelKind, RELEASE_ID } from '@nextcart/contracts';

const digestOf = (payload: object): string =>
  createHash('sha256').update(JSON.stringify(payload)).digest('hex').slice(0, 16);

/** The same payload is the same job. */
export const trainingId = (payload: { readonly kind: ModelKind }): string => `${payload.kind}-${digestOf(payload)}`;

/** Of a cycle's end; its trainings carry the same digest, so that no two cycles share one. */
export const releaseId = (payload: object): string => `${RELEASE_ID}${digestOf(payload)}`;

export const isReleaseId = (name: string): boolean => /^release-[0-9a-f]{16}$/.test(name);

/** Of what serves, measured over a slice. */
export const evaluationId = (measured: object): string => `evaluate-${digestOf(measured)}`;

export const needsIdOf = (release: string): string => `needs-${release.slice(RELEASE_ID.length)}`;

/** The job that a folder belongs to: its own, or of a release that keeps something beside its trainings. */
export const ownerOf = (folder: string): string => /^release-[0-9a-f]+(?=-)/.exec(folder)?.[0] ?? folder;
