import { join } from 'node:path';
import { repoRoot } from '@nextcart/local';
import { readTrainingSettings, type TrainingSettings } from '@nextcart/trainer';

export interface NullSize {
  /** Shops of other seeds, each with a store, models and measured subjects of its own. */
  readonly shops: number;
  readonly users: number;
  readonly items: number;
  readonly days: number;
  /** Of each shop: models of other seeds that challenge, as many with shuffled labels, and those that they challenge. */
  readonly challengers: number;
  readonly champions: number;
}

export const FULL: NullSize = { shops: 5, users: 1000, items: 150, days: 14, challengers: 40, champions: 4 };
/** Small enough for a test, too: one shop as the others are, since in a smaller one models have nothing over the parts. */
export const QUICK: NullSize = { ...FULL, shops: 1, challengers: 10, champions: 2 };

/** Newest part of the log, which models are measured over. */
export const SLICE_SHARE = 0.2;
/** Buyers in a slice that the gate is content with: the shops are small. */
const MIN_SUBJECTS = 50;

/** The recurrent model's as the product has them: it speaks loudest before anything is fitted, and must have learned. */
export const EPOCHS = { recurrent: 8, autoencoder: 8 } as const;

/** The product's settings, but for models that are learned in a second. */
export const nullSettings = (): TrainingSettings => {
  const settings = readTrainingSettings(join(repoRoot, 'services', 'trainer', 'training.json'));
  return {
    ...settings,
    searchFeatures: 256,
    recurrent: { ...settings.recurrent, width: 32, blocks: 1, lanes: 100 },
    autoencoder: { ...settings.autoencoder, hidden: 96, latent: 32, batch: 100, minBatches: 1 },
    gate: { ...settings.gate, minSubjects: MIN_SUBJECTS },
  };
};
