import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readTrainingSettings } from './data-set/settings.ts';
import { featuresOf } from './features-read.ts';

const settings = readTrainingSettings(join(import.meta.dirname, '..', 'training.json'));
const namesOf = (...of: Parameters<typeof featuresOf>) => featuresOf(...of).map(({ name }) => name);

test('a model is named for what it reads itself, by its shape', () => {
  const shape = { items: 40, features: 64, types: 3, gaps: 8, hours: 24 };
  const recurrent = featuresOf(settings, 'recurrent', shape);
  expect(recurrent.map(({ name }) => name)).toEqual(['gap', 'hour', 'event type', 'search text', 'item content']);
  expect(new Set(recurrent.flatMap(({ readers }) => readers))).toEqual(new Set(['recurrent model']));
  expect(recurrent.find(({ name }) => name === 'search text')?.settings).toEqual({ columns: 64 });
  expect(namesOf({ ...settings, itemFields: [] }, 'recurrent', { ...shape, gaps: 0, hours: 0 })).toEqual([
    ...['event type', 'search text'],
  ]);
  expect(namesOf(settings, 'recurrent', { items: 40, features: 0, types: 0 })).toEqual([]);
});

test('an autoencoder reads searches where it has columns behind its items, whatever is set by now', () => {
  const reading = featuresOf(settings, 'autoencoder', { items: 40, columns: 72 });
  expect(reading.map(({ name }) => name)).toEqual(['event type', 'search text', 'bag']);
  expect(reading[1]?.settings).toEqual({ columns: 32 });
  expect(namesOf(settings, 'autoencoder', { items: 40, columns: 40 })).toEqual(['event type', 'bag']);
});
