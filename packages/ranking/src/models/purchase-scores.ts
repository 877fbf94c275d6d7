import type { ItemIndex, SubjectHistory } from '@nextcart/contracts';
import { type Artifact, createRecurrentScorer } from '@nextcart/models';
import { createFoldLanes, createModelMemory } from './fold-lanes.ts';
import { createItemNumbers, createModelEvents } from './model-events.ts';
import { readServingSettings } from './serving-settings.ts';

/** What a release's recurrent model says of all items, asked what is bought next: for those who fit chances on it. */
export interface PurchaseScores {
  /** [histories, items], logits by the release's numbers, of at most `batch` histories. */
  score(histories: readonly SubjectHistory[]): Promise<Float32Array>;
  close(): Promise<void>;
}

/** Null where the release has no such model, or one that knows no purchases. Throws as `openReleaseModels` does. */
export const openPurchaseScores = async (
  { hash, items, manifest, models: { recurrent } }: Artifact,
  deps: { readonly index: ItemIndex; readonly threads: number; readonly batch: number },
): Promise<PurchaseScores | null> => {
  const settings = readServingSettings(manifest.settings);
  const purchase = settings.types.indexOf('purchase');
  if (recurrent === undefined || purchase === -1) return null;
  const { threads, batch } = deps;
  const events = createModelEvents(settings, createItemNumbers(deps.index, items));
  const lanes = await createFoldLanes(recurrent, { release: hash, events, threads });
  const scorer = await createRecurrentScorer(recurrent, { batch, threads });
  return {
    score: async (histories) => {
      const asked = histories.map((history) => ({ history, memory: createModelMemory(), leftOut: [] }));
      const { states } = await lanes.fold(asked);
      return (await scorer.score(states, purchase)).slice(0, histories.length * items.length);
    },
    close: async () => {
      await lanes.close();
      await scorer.close();
    },
  };
};
