import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openDataset } from '@nextcart/datasets';
import { prefixesOf, type SessionFiles } from './data.ts';

const fileIn = (dataFolder: string): string => join(dataFolder, 'trivago2019-100k/trivago_val_100k.csv.gz');

export const missingTrivago = (dataFolder: string): string | undefined => {
  const file = fileIn(dataFolder);
  return existsSync(file)
    ? undefined
    : `no '${file}': get trivago_val_100k of github.com/RecoHut-Datasets/trivago, branch v3, save it as CSV and gzip it`;
};

/** What is known of hotels ends here; the file goes on for twelve hours. */
const TEST_FROM = Date.UTC(2018, 10, 8, 12);

interface Session {
  readonly from: number;
  readonly to: number;
  readonly items: readonly string[];
  /** What was done last, and with which hotel. */
  readonly last: string;
}

/** A session over the cut is neither trained on nor tested, and the test's lose hotels that no training session has. */
export const readTrivago = async (dataFolder: string): Promise<SessionFiles> => {
  const all = await readVisits(fileIn(dataFolder));
  const numbers = new Map<string, number>();
  const sessions = all
    .filter(({ to }) => to < TEST_FROM)
    .map(({ items }) =>
      Int32Array.from(items, (item) => {
        const number = numbers.get(item) ?? numbers.size;
        numbers.set(item, number);
        return number;
      }),
    );
  const later = all
    .filter(({ from }) => from >= TEST_FROM)
    .map(({ items }) => Int32Array.from(items, (item) => numbers.get(item) ?? -1));
  return { items: numbers.size, sessions, test: prefixesOf(later, (item) => item >= 0) };
};

/** In the order of their last events; the same done with a hotel several times in a row is there once. */
const readVisits = async (path: string): Promise<readonly Session[]> => {
  const sessions = new Map<string, Session>();
  for await (const { event } of (await openDataset('trivago', path)).events(0)) {
    if (event?.sessionId == null || event.itemId == null) continue;
    const { sessionId, itemId, eventType, eventTime, properties } = event;
    const before = sessions.get(sessionId);
    const last = `${itemId} ${properties['action'] ?? eventType}`;
    const items = before?.items ?? [];
    sessions.delete(sessionId);
    sessions.set(sessionId, {
      ...{ from: before?.from ?? eventTime, to: eventTime, last },
      items: before?.last === last ? items : [...items, itemId],
    });
  }
  return [...sessions.values()];
};
