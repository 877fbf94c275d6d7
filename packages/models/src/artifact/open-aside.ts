/**
 * A release opened in a thread of its own. Invariant: the thread that asks never works on whole tables: reading, hashes and
 * checks of tens of MB happen elsewhere, and arrays change hands without a copy.
 */
import { flushCompileCache } from 'node:module';
import { Worker } from 'node:worker_threads';
import { ArtifactError } from './artifact-error.ts';
import { THREAD } from './artifact-thread.ts';
import type { Artifact } from './open-artifact.ts';

export interface ThreadJob {
  readonly folder: string;
  readonly wanted: { readonly hash?: string };
}
export type FromThread =
  | { readonly kind: 'opened'; readonly artifact: Artifact }
  /** An ArtifactError, which would come over as any error. */
  | { readonly kind: 'refused'; readonly file: string; readonly problem: string; readonly cure: string };

/**
 * As `openArtifact`, for a process that has something else to do; features of the recurrent model's items are summed into
 * their rows (`withSummedFeatures`). Throws as `openArtifact` does.
 */
export const openArtifactAside = (folder: string, wanted: ThreadJob['wanted'] = {}): Promise<Artifact> =>
  new Promise((resolve, reject) => {
    const job: ThreadJob = { folder, wanted };
    // where Node keeps what it made of sources, the thread finds all of its own there: half of its time, and it could die
    // of making them (decision 49)
    flushCompileCache();
    const thread = new Worker(THREAD, { workerData: job });
    thread.on('message', (answer: FromThread) => {
      if (answer.kind === 'opened') resolve(answer.artifact);
      else reject(new ArtifactError(answer.file, answer.problem, answer.cure));
    });
    thread.on('error', reject);
    thread.on('exit', (code) => reject(new Error(`the thread that opens ${folder} ended with code ${code}`)));
  });
