import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openDataset } from '@nextcart/datasets';
import { createNumbering } from '../numbering.ts';
import { prefixesOf, type SessionFiles } from './data.ts';

const fileIn = (dataFolder: string, part: 'train_full' | 'test'): string =>
  join(dataFolder, `yoochoose-100k-events/yoochoose-clicks-100k_${part}.txt.gz`);

export const missingYoochooseSample = (dataFolder: string): string | undefined => {
  const lacking = (['train_full', 'test'] as const)
    .map((part) => fileIn(dataFolder, part))
    .find((path) => !existsSync(path));
  return lacking && `no '${lacking}': get it from github.com/rn5l/session-rec, data/rsc15/prepared, and gzip it`;
};

/** As session-rec cut it by time: the test's sessions lose items that no training session has. */
export const readYoochooseSample = async (dataFolder: string): Promise<SessionFiles> => {
  const items = createNumbering();
  const sessions = (await readLists(fileIn(dataFolder, 'train_full'))).map((list) => Int32Array.from(list, items.of));
  const later = (await readLists(fileIn(dataFolder, 'test'))).map((list) => Int32Array.from(list, items.known));
  return { items: items.size(), sessions, test: prefixesOf(later, (item) => item >= 0) };
};

/** Items of each session in the order of time; sessions in the order of their last click. */
const readLists = async (path: string): Promise<readonly (readonly string[])[]> => {
  const sessions = new Map<string, string[]>();
  for await (const { event } of (await openDataset('yoochoose', path)).events(0)) {
    if (event?.sessionId == null || event.itemId == null) continue;
    const list = sessions.get(event.sessionId) ?? [];
    list.push(event.itemId);
    // the session that was clicked in last comes last
    sessions.delete(event.sessionId);
    sessions.set(event.sessionId, list);
  }
  return [...sessions.values()];
};
