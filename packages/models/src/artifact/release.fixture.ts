import { initialWeights as autoencoderWeights } from '../autoencoder/shape.ts';
import { fitEdlae } from '../linear/edlae.ts';
import { graphFilter, graphSpectrum } from '../linear/graph-filter.ts';
import { bagsOf } from '../recurrent/bags.fixture.ts';
import { type RecurrentModel, type RecurrentShape, initialWeights as recurrentWeights } from '../recurrent/shape.ts';
import { createRandom } from '../training/random.ts';
import type { ReleaseModels } from './parts.ts';
import type { ArtifactParts } from './write-artifact.ts';

export const ITEMS = 40;
export const COLUMNS = ITEMS + 10;

export const recurrentShape: RecurrentShape = {
  items: ITEMS,
  features: 12,
  types: 3,
  gaps: 4,
  hours: 5,
  weekdays: 7,
  width: 16,
  blocks: 2,
  recurrence: 'linear',
  scale: 0,
  lags: 3,
};

/** Untrained, with every weight that starts at 0 set to something. */
export const recurrentModel = (change: Partial<RecurrentShape> = {}): RecurrentModel => {
  const shape = { ...recurrentShape, ...change };
  const weights = recurrentWeights(shape, 8);
  for (const name of ['bias', 'cross', 'repeat.bias'])
    weights[name]?.forEach((_, at, values) => void (values[at] = 0.4 * Math.sin(at + 1)));
  weights['context']?.forEach((own, at, context) => void (context[at] = own + 0.1 * Math.sin(at)));
  if (shape.features === 0) return { shape, weights };
  return {
    shape,
    weights,
    itemFeatures: bagsOf(Array.from({ length: ITEMS }, (_, item) => [item % 12, (item + 5) % 12])),
  };
};

const shape = { columns: COLUMNS, items: ITEMS, hidden: 16, latent: 8, depth: 3 };
export const autoencoder = { shape, weights: autoencoderWeights(shape, 5) };

/** Users' bags of items and side columns. */
export const bags = (() => {
  const random = createRandom(3, 904);
  const lists = Array.from({ length: 30 }, (_, user) => [
    ...new Set(Array.from({ length: user % 9 }, () => random.below(COLUMNS))),
  ]);
  const made = bagsOf(lists);
  made.weights.forEach((_, at) => void (made.weights[at] = 0.1 + 3 * random.next()));
  return made;
})();

const itemBags = bagsOf(
  Array.from({ length: 60 }, (_, user) => [user % 40, (user * 7 + 3) % 40, (user * 11 + 2) % 40]),
);

export const modelsLike = async (): Promise<ReleaseModels> => ({
  autoencoder,
  recurrent: recurrentModel(),
  purchases: {
    temperature: 1.5,
    isotonic: { from: Float64Array.of(0, 0.1), heights: Float64Array.of(0.01, 0.2) },
  },
  edlae: await fitEdlae(itemBags, ITEMS, { lambda: 5, dropout: 0.3, keep: 9, threads: 1 }),
  graphFilter: await graphFilter(await graphSpectrum(itemBags, ITEMS, { rank: 6, seed: 1, threads: 1 }), {
    alpha: 0.3,
    sharpening: 0,
    keep: 10,
    threads: 1,
  }),
});

export const partsOf = (models: ReleaseModels): ArtifactParts => ({
  release: 'r-1',
  createdAt: '2026-11-27T10:00:00Z',
  seeds: { training: 3 },
  trainedOn: [{ topicId: 'b6b5f7a0-0000-4000-8000-000000000001', partition: 0, firstOffset: 0, lastOffset: 999 }],
  metrics: [{ name: 'NDCG@20', value: 0.31, low: 0.3, high: 0.32, definition: 'ideal DCG at min(20, targets)' }],
  cpu: { architecture: 'x64', model: 'some', instructionSets: ['avx2', 'fma'] },
  settings: { fusion: { autoencoder: 0.8, edlae: 0.2 } },
  items: Array.from({ length: ITEMS }, (_, item) => `sku-${item}`),
  features: [
    {
      name: 'gap',
      definition: "time since the subject's event before",
      readers: ['recurrent'],
      settings: { boundsSeconds: [60, 1800, 86_400] },
    },
  ],
  models,
  tables: { 'co-visits': { rowStart: Int32Array.of(0, 1), columns: Int32Array.of(3), weights: Float32Array.of(0.5) } },
  onnxBatch: 4,
});
