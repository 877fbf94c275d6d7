import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readTrainingSettings } from './data-set/settings.ts';
import { featuresOf } from './features-read.ts';

const settings = readTrainingSettings(join(import.meta.dirname, '..', 'training.json'));
const namesOf = (...of: Parameters<typeof featuresOf>) => featuresOf(...of).map(({ name }) => name);

test('a model is named for what it reads itself, by its shape', () => {
  const recurrent = featuresOf(settings, 'recurrent', { items: 40, gaps: 8, hours: 24 });
  expect(recurrent.map(({ name }) => name)).toEqual(['gap', 'hour', 'event type', 'search text', 'item content']);
  expect(new Set(recurrent.flatMap(({ readers }) => readers))).toEqual(new Set(['recurrent model']));
  expect(namesOf(settings, 'recurrent', { items: 40 })).toEqual(['event type', 'search text', 'item content']);
});

test('an autoencoder reads searches where it has columns behind its items, whatever is set by now', () => {
  expect(namesOf(settings, 'autoencoder', { items: 40, columns: 72 })).toEqual(['event type', 'search text', 'bag']);
  expect(namesOf(settings, 'autoencoder', { items: 40, columns: 40 })).toEqual(['event type', 'bag']);
});
