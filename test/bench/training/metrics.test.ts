import { expect, test } from 'vitest';
import { inverseMetrics, pairMetrics } from './metrics.ts';
import { MODELS } from './sizes.ts';

test('a pair has all names that are looked for, steps in ms, and ours by theirs', () => {
  const [own, their] = [
    { seconds: [0.1, 0.3], cpu: 0.6, loss: 2 },
    { seconds: [0.4, 0.4], cpu: 0.8, loss: 3 },
  ];
  const metrics = Object.assign(
    {},
    ...MODELS.flatMap((model) => [1, 2].map((threads) => pairMetrics(model, threads, own, their))),
  ) as Record<string, number>;
  expect(metrics).toMatchObject({
    ...{ 'vae.step_ms@1': 200, 'vae.step_ms@2': 200, 'vae.ratio_to_torch@2': 0.5 },
    ...{ 'rnn.step_ms@1': 200, 'rnn.step_ms@2': 200, 'rnn.ratio_to_torch@2': 0.5, 'rnn.events_per_s@2': 10_000 },
    ...{ 'vae.cpu_step_ms@1': 300, 'vae.torch_step_ms@1': 400 },
  });
  expect(Object.keys(pairMetrics('autoencoder', 2, own))).not.toContain('vae.ratio_to_torch@2');
});

test('an inverse is n³ FLOP, beside the peak and LAPACK', () => {
  const own = { seconds: [2], cpu: 4, loss: 0.5 };
  const alone = inverseMetrics(2000, 2, own, 16e9);
  expect(alone).toMatchObject({ 'edlae.inverse_s@2': 2, 'edlae.gflops@2': 4, 'edlae.share_of_peak@2': 0.25 });
  expect(Object.keys(alone)).not.toContain('edlae.ratio_to_lapack@2');
  expect(inverseMetrics(2000, 2, own, 16e9, { ...own, seconds: [4], cpu: 5 })).toMatchObject({
    ...{ 'edlae.lapack_gflops@2': 2, 'edlae.ratio_to_lapack@2': 0.5, 'edlae.cpu_ratio_to_lapack@2': 0.8 },
  });
});
