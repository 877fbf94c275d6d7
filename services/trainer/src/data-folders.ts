import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Artifacts } from '@nextcart/artifacts';

/** What lies in the folder that all trainers of a queue share: releases as they are written, trained models, jobs at work. */
export const dataFolders = (dataDir: string) => ({
  releasesDir: join(dataDir, 'releases'),
  trainedDir: join(dataDir, 'trained'),
  jobsDir: join(dataDir, 'jobs'),
  fetchedDir: join(dataDir, 'fetched'),
});

/** Where releases are made, and where they lie then. */
export interface ReleasePlace {
  readonly dataDir: string;
  readonly artifacts: Artifacts;
  /** A prefix in a bucket, s3://…; absent: the folder that they are made in. */
  readonly releasesUri?: string;
}

/** Of all of them. */
export const releasesUri = ({ dataDir, releasesUri: uri }: Omit<ReleasePlace, 'artifacts'>): string =>
  uri ?? pathToFileURL(dataFolders(dataDir).releasesDir).href;

export const releaseUri = ({ dataDir, releasesUri: uri }: Omit<ReleasePlace, 'artifacts'>, release: string): string =>
  uri === undefined ? pathToFileURL(join(dataFolders(dataDir).releasesDir, release)).href : `${uri}/${release}`;
