import { expect, test } from 'vitest';
import { renderWhatIf } from './render-replay.ts';

test('a gain that rounds to nothing has no minus, whatever is below it has one', () => {
  const same = { mean: 0.25, low: 0.2, high: 0.3 };
  const gain = { mean: -5.8e-18, low: -0.00006, high: 0.00004 };
  const text = renderWhatIf(
    {
      rows: [
        {
          ...{ release: '', lists: 3, subjects: 2 },
          published: { hit: same, ndcg: same },
          recomputed: { hit: same, ndcg: same },
          gain: { hit: gain, ndcg: gain },
        },
      ],
      ...{ withoutDeed: 0, inTraining: 0, skipped: {}, stopped: false },
    },
    'release-1',
  ).join('\n');
  expect(text).toContain('+0.0000 (-0.0001 to +0.0000)');
});
