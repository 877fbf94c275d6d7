/**
 * What a job writes down while it runs. Invariants: an attempt writes only files that have its number, so that a trainer
 * that was taken for dead mixes nothing into its successor's; what was learned under other settings is not gone on with.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

export interface JobFolder {
  /** Of an attempt, the folder made. */
  filesOf(attempt: number): Promise<AttemptFiles>;
  /** What the latest attempt wrote down of its training. */
  newestCheckpoint(): Promise<string | undefined>;
  remove(): Promise<void>;
}

export interface AttemptFiles {
  readonly checkpointFile: string;
  readonly weightsFile: string;
  readonly factsFile: string;
  readonly featuresFile: string;
}

const CHECKPOINT = '.checkpoint';

/** `settings`: all that a training depends on beside the job. */
export const createJobFolder = (jobsDir: string, jobId: string, settings: object): JobFolder => {
  const folder = join(jobsDir, jobId);
  const digest = createHash('sha256').update(JSON.stringify(settings)).digest('hex').slice(0, 8);
  return {
    filesOf: async (attempt) => {
      await mkdir(folder, { recursive: true });
      const base = join(folder, `${digest}-${attempt}`);
      return {
        checkpointFile: `${base}${CHECKPOINT}`,
        ...{ weightsFile: `${base}.weights`, factsFile: `${base}.json`, featuresFile: `${base}.features` },
      };
    },
    newestCheckpoint: async () => {
      const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return [];
        throw error;
      });
      const attempts = names
        .filter((name) => name.startsWith(`${digest}-`) && name.endsWith(CHECKPOINT))
        .map((name) => Number(name.slice(digest.length + 1, -CHECKPOINT.length)));
      return attempts.length === 0 ? undefined : join(folder, `${digest}-${Math.max(...attempts)}${CHECKPOINT}`);
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
};
