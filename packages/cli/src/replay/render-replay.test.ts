import { expect, test } from 'vitest';
import { renderPublished, renderVerify, renderWhatIf } from './render-replay.ts';

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
      ...{ lists: 3, withoutDeed: 0, inTraining: 0, skipped: {}, stopped: false },
    },
    'release-1',
  ).join('\n');
  expect(text).toContain('+0.0000 (-0.0001 to +0.0000)');
});

test('what is published is told as it is asked for, and so is that nothing is', () => {
  const published = {
    ...{ partition: 2, lists: 1234, first: 100, last: 1399, newestTrigger: 7 },
    ...{ oldest: Date.UTC(2026, 10, 27, 10), newest: Date.UTC(2026, 10, 27, 11) },
  };
  expect(renderPublished([published]).at(-1)).toBe(
    '  --from 2:100 --to 2:1400: 1,234 lists, from 2026-11-27T10:00:00.000Z to 2026-11-27T11:00:00.000Z',
  );
  expect(renderPublished([]).join()).toContain('nextcart doctor');
});

test('that none is different is said of lists that were compared', () => {
  const textOf = (checked: number) =>
    renderVerify({ checked, byRow: 0, different: 0, skipped: {}, stopped: false }, 1).join('\n');
  expect(textOf(1)).toContain('none is different');
  expect(textOf(0)).not.toContain('different');
});

test('a what-if that could make no list again does not say that nobody did anything', () => {
  const textOf = (skipped: Record<string, number>) =>
    renderWhatIf({ lists: 3, rows: [], withoutDeed: 0, inTraining: 0, skipped, stopped: false }, 'one').join('\n');
  expect(textOf({})).toContain('no list of the range was followed by');
  expect(textOf({ 'its artifact is gone': 3 })).toContain('nothing was compared');
  expect(textOf({ 'its artifact is gone': 3 })).not.toContain('no list of the range');
});
