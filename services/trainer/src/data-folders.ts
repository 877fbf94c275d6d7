import { join } from 'node:path';

/** What lies in the folder that all trainers of a queue share: releases, their models as they were trained, jobs at work. */
export const dataFolders = (dataDir: string) => ({
  releasesDir: join(dataDir, 'releases'),
  trainedDir: join(dataDir, 'trained'),
  jobsDir: join(dataDir, 'jobs'),
});
