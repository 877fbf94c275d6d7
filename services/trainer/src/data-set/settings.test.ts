import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { settings } from '../trainer.fixture.ts';
import { readTrainingSettings } from './settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'settings-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a file with a misspelt, missing or impossible value is refused by name', () => {
  const file = join(folder, 'training.json');
  const read = (change: object) => {
    writeFileSync(file, JSON.stringify({ ...settings, ...change }));
    return readTrainingSettings(file);
  };
  expect(read({})).toEqual(settings);
  expect(() => read({ amountShare: 2 })).toThrow(/training\.json is not usable:\n {2}amountShare: /);
  expect(() => read({ events: { vieuw: { target: 1, bag: 1 } } })).toThrow('vieuw');
  expect(() => read({ events: { view: { target: 0, bag: 1 } } })).toThrow('no type is a target');
  expect(() => read({ itemFields: ['colour'] })).toThrow('itemFields.0');
  expect(() => read({ searchFeatures: 0 })).toThrow('itemFields: they are hashed into the columns of searches');
  expect(() => read({ recurrent: { ...settings.recurrent, widht: 3 } })).toThrow('widht');
});
