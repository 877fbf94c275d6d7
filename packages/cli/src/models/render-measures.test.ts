import { expect, test } from 'vitest';
import { renderMeasures } from './render-measures.ts';

const figure = (value: number) => ({ value, low: value - 0.125, high: value + 0.125 });

test('what decides is told one below the other, what is looked at by who ranked, each with what it means', () => {
  const metrics = {
    'NDCG@20 candidate': figure(0.5),
    'NDCG@20 candidate, items new to the subject': figure(0.25),
    'NDCG@20 candidate, cold subjects': figure(0.75),
    'recall@20 candidate': figure(0.875),
    'coverage@20 candidate': { value: 0.3, low: 0.3, high: 0.3 },
    'NDCG@20 champion': figure(0.375),
    'recall@20 champion': figure(0.625),
    'NDCG@20 trending': figure(0.125),
    'calibration error of next purchases': figure(0.0625),
  };
  const told = renderMeasures(metrics).join('\n').split('\n');
  const lines = told.map((line) => line.replaceAll(/ {2,}/g, ' | '));
  expect(lines).toEqual([
    'measure | value | 95 %',
    'NDCG@20 candidate | 0.5000 | +0.3750 … +0.6250',
    'NDCG@20 candidate, items new to the subject | 0.2500 | +0.1250 … +0.3750',
    'NDCG@20 champion | 0.3750 | +0.2500 … +0.5000',
    'NDCG@20 trending | 0.1250 | +0.0000 … +0.2500',
    'calibration error of next purchases | 0.0625 | −0.0625 … +0.1875',
    '',
    'looked at beside it, and nothing is decided by it:',
    'measure | candidate | champion',
    'NDCG@20, cold subjects | 0.7500 (0.6250 … 0.8750)',
    'recall@20 | 0.8750 (0.7500 … 1.000) | 0.6250 (0.5000 … 0.7500)',
    'coverage@20 | 0.3000',
    '',
    expect.stringMatching(/^ \| NDCG@20: 1 \/ log2\(rank \+ 1\)/),
    expect.stringMatching(/^ \| NDCG@20, items new to the subject: NDCG@20 of requests/),
    expect.stringMatching(/^ \| NDCG@20, cold subjects: NDCG@20 of requests that came after fewer than 5/),
    expect.stringMatching(/^ \| recall@20: 1 for that item/),
    expect.stringMatching(/^ \| coverage@20: share of the items/),
  ]);
});

test('where nothing was measured nothing is told', () => {
  expect(renderMeasures({}).join('')).toBe('');
});
