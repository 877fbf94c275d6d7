import { createHash } from 'node:crypto';
import type { JobName, ModelKind } from '@nextcart/contracts';

const digestOf = (payload: object): string =>
  createHash('sha256').update(JSON.stringify(payload)).digest('hex').slice(0, 16);

/** The same payload is the same job. */
export const trainingId = (payload: { readonly kind: ModelKind }): string => `${payload.kind}-${digestOf(payload)}`;

const RELEASE = 'release-' satisfies `${JobName}-`;

/** Of a cycle's end; its trainings carry the same digest, so that no two cycles share one. */
export const releaseId = (payload: object): string => `${RELEASE}${digestOf(payload)}`;

export const needsIdOf = (release: string): string => `needs-${release.slice(RELEASE.length)}`;

export const trainingIdOf = (release: string, kind: ModelKind): string => `${kind}-${release.slice(RELEASE.length)}`;

/** The job that a folder belongs to: its own, or of a release that keeps something beside its trainings. */
export const ownerOf = (folder: string): string => /^release-[0-9a-f]+(?=-)/.exec(folder)?.[0] ?? folder;
