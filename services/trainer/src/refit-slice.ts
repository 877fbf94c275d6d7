import { dataFolders } from './data-folders.ts';
import type { Refit } from './release/refit.ts';
import { runTraining, type TrainingDeps } from './run-training.ts';

/** The pass over a slice as the warm start that it is, from a candidate that lies among the trained artifacts. */
export const refitSlice =
  (deps: TrainingDeps, job: { readonly createdAt: number; readonly attempt: number }): Refit =>
  ({ name, kind, from, topicId, ranges, seed, budget, signal, onProgress }) =>
    runTraining(deps, {
      ...job,
      jobId: name,
      payload: { kind, parent: from, topicId, ranges, seed, budget },
      parentsDir: dataFolders(deps.dataDir).trainedDir,
      signal,
      onProgress: ({ epoch, epochs, step, stepsPerEpoch }) => onProgress((epoch + step / stepsPerEpoch) / epochs),
    });
