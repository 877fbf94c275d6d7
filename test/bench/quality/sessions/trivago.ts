import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { SessionFiles } from './data.ts';
import { readEventSessions } from './event-sessions.ts';

const fileIn = (dataFolder: string): string => join(dataFolder, 'trivago2019-100k/trivago_val_100k.csv.gz');

export const missingTrivago = (dataFolder: string): string | undefined => {
  const file = fileIn(dataFolder);
  return existsSync(file)
    ? undefined
    : `no '${file}': get trivago_val_100k of github.com/RecoHut-Datasets/trivago, branch v3, save it as CSV and gzip it`;
};

/** What is known of hotels ends here; the file goes on for twelve hours. */
const TEST_FROM = Date.UTC(2018, 10, 8, 12);

export const readTrivago = (dataFolder: string): Promise<SessionFiles> =>
  readEventSessions('trivago', fileIn(dataFolder), () => TEST_FROM);
