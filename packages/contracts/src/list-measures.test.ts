import { expect, test } from 'vitest';
import { listMeasures, MEASURED_PLACES, measureName, parseMeasureName } from './list-measures.ts';

test('a figure is known by its name again, whoever ranked', () => {
  const figures = [
    { measure: 'NDCG@20', contender: 'candidate' },
    { measure: 'recall@20', contender: 'the parts without models' },
    { measure: 'NDCG@20', contender: 'a, b', slice: 'cold subjects' },
  ] as const;
  expect(figures.map(measureName)).toEqual([
    'NDCG@20 candidate',
    'recall@20 the parts without models',
    'NDCG@20 a, b, cold subjects',
  ]);
  expect(figures.map((one) => parseMeasureName(measureName(one)))).toEqual(figures);
  for (const other of ['calibration error of next purchases', 'loss recurrent', 'NDCG@200 candidate'])
    expect(parseMeasureName(other)).toBeNull();
});

test('names say how many places count', () => {
  for (const name of Object.keys(listMeasures)) expect(name).toMatch(new RegExp(`@${MEASURED_PLACES}$`));
});
