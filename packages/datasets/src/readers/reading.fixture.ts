import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { BehaviourEvent, CatalogItem } from '@nextcart/contracts';
import { onTestFinished } from 'vitest';
import type { Dataset, DatasetRecord } from '../dataset.ts';

/** A folder with these files, gone after the test; a name that ends with .gz is gzipped. */
export const fixtureFolder = (files: Readonly<Record<string, string>>): string => {
  const folder = mkdtempSync(join(tmpdir(), 'nextcart-fixture-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files))
    writeFileSync(join(folder, name), name.endsWith('.gz') ? gzipSync(text) : text);
  return folder;
};

const collect = async (records: AsyncIterable<DatasetRecord>): Promise<DatasetRecord[]> => {
  const all: DatasetRecord[] = [];
  for await (const record of records) all.push(record);
  return all;
};
export const recordsOf = (dataset: Dataset, from = 0): Promise<DatasetRecord[]> => collect(dataset.events(from));
export const eventsOf = async (dataset: Dataset): Promise<BehaviourEvent[]> =>
  (await recordsOf(dataset)).map(({ event }) => event as BehaviourEvent);
export const itemsOf = async (dataset: Dataset): Promise<CatalogItem[]> =>
  (await collect(dataset.catalog())).map(({ item }) => item as CatalogItem);
