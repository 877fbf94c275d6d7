/** Behaviour that none of the benches has, by the protocol that its files allow: one's own shop's, or another public set. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { datasetNames } from '@nextcart/datasets';
import { historiesDoNotAllow, historyMetrics, runHistories } from '../histories/run-histories.ts';
import type { QualityBench } from '../quality-bench.ts';
import { findText } from '../read-text.ts';
import { choosing, type SessionSource, sessionBench } from '../sessions/benches.ts';
import { missingSessions, readSessions } from '../sessions/data.ts';
import { readEventSessions } from '../sessions/event-sessions.ts';
import { runSets, setMetrics, setsDoNotAllow } from '../sets/run-sets.ts';
import { readHistories, readSets } from './read-files.ts';

export const OWN = 'own';

type Form = (name: string) => QualityBench;

const lacking = (paths: readonly string[]): string | undefined => {
  const path = paths.find((one) => findText(one) === undefined);
  return path && `no '${path}', gzipped or not`;
};

const sets: Form = (name) => ({
  name,
  about:
    "Files as LightGCN's: a user's number and those of their items in train.txt; those that are to be found in test.txt.",
  metrics: setMetrics,
  published: [],
  notApplicable: setsDoNotAllow,
  missing: (folder) => lacking(['train.txt', 'test.txt'].map((file) => join(folder, file))),
  run: (context) => runSets(readSets(context.dataFolder), context),
});

const histories: Form = (name) => ({
  name,
  about:
    "A file as SASRec's: a user and an item in each line, in the order of time; each user's last item is to be found.",
  metrics: historyMetrics,
  published: [],
  notApplicable: [...historiesDoNotAllow, { name: 'content', because: 'nothing is known of an item but its name' }],
  missing: (file) => lacking([file]),
  run: async (context) => {
    const { repeats, ...read } = readHistories(context.dataFolder);
    const { n, ...run } = await runHistories(read, context);
    return { ...run, n: { ...n, 'repeats left out': repeats } };
  },
});

const EPOCHS = { tryEpochs: 4, epochs: 8 };
/** Of the training sessions, that settings are chosen on. */
const CHOOSING = 0.1;
const sessions =
  (about: string, source: SessionSource): Form =>
  (name) =>
    sessionBench({ name, about, published: [] }, source, EPOCHS, CHOOSING);

/** Of all sessions, by when they begin. */
const TEST = 0.1;
const newest = (from: Float64Array): number => from.toSorted()[Math.floor(from.length * (1 - TEST))] ?? 0;

const ofDataset = (source: string): Form =>
  sessions(
    `Sessions of '${source}', in the files that nextcart import reads: the newest tenth is the test, every prefix's next item to be found. ${choosing(CHOOSING)}`,
    {
      missing: (path) => (existsSync(path) ? undefined : `no '${path}'`),
      read: (path) => readEventSessions(source, path, newest),
    },
  );

const forms: ReadonlyMap<string, Form> = new Map([
  ['lightgcn', sets],
  ['sasrec', histories],
  [
    'srgnn',
    sessions(
      `Files as SR-GNN's: train_sessions.txt and test_pairs.txt, every pair's next item to be found. ${choosing(CHOOSING)}`,
      {
        missing: missingSessions,
        read: readSessions,
      },
    ),
  ],
  ...datasetNames.map((source) => [source, ofDataset(source)] as const),
]);

export const ownSources: readonly string[] = [...forms.keys()];

/** The bench that a form of files has; its data folder is the path. Throws a RangeError for an unknown form. */
export const ownBench = (source: string): QualityBench => {
  const form = forms.get(source);
  if (form === undefined) throw new RangeError(`--source ${source}: there are ${ownSources.join(', ')}`);
  return form(`${OWN}-${source}`);
};
