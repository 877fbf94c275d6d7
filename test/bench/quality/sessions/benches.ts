import { join } from 'node:path';
import { nextItemDefinitions } from '@nextcart/models';
import { beyondFigureDefinitions, coldDefinitions } from '../list-figures.ts';
import type { PublishedRow, QualityBench } from '../quality-bench.ts';
import { missingSessions, readSessions, type SessionFiles } from './data.ts';
import { type Epochs, sessionRecipes } from './recipes.ts';
import { runSessions } from './run.ts';
import { missingTrivago, readTrivago } from './trivago.ts';
import { missingYoochooseSample, readYoochooseSample } from './yoochoose-sample.ts';

const row = (name: string, hit: number, mrr: number, source: string): PublishedRow => ({
  name,
  figures: { 'HR@20': hit / 100, 'MRR@20': mrr / 100 },
  source,
});

const KINDS = 'every prefix of a test session, its next click to be found; repeats are kept';
export const choosing = (share: number): string =>
  `Settings are chosen on the newest ${share * 100} % of training sessions; then everything is fitted again with them.`;
/** Of large sets. */
const SHARE = 0.05;
const TRIVAGO_SHARE = 0.2;
/** Sessions of a quick run, where a fifth is fewer. */
const QUICK_SESSIONS = 3000;

/** Both of the context's data folder. */
export interface SessionSource {
  missing(dataFolder: string): string | undefined;
  read(dataFolder: string): Promise<SessionFiles> | SessionFiles;
}

export const sessionBench = (
  given: Pick<QualityBench, 'name' | 'about' | 'published'>,
  { missing, read }: SessionSource,
  epochs: Epochs,
  share = SHARE,
): QualityBench => ({
  ...given,
  metrics: {
    ...nextItemDefinitions(20),
    ...coldDefinitions('HR@20', 'clicks so far'),
    ...beyondFigureDefinitions(20),
  },
  notApplicable: [{ name: 'content', because: 'the rows of sessions know an item by its number alone' }],
  missing,
  run: async (context) => {
    const files = await read(context.dataFolder);
    const recipes = sessionRecipes(files.items, epochs, context.quick);
    if (!context.quick) return runSessions(files, recipes, { share, validation: 4000, test: Infinity }, context);
    // the newest ones, so that neighbours are there to be found
    const sessions = files.sessions.slice(-Math.max(QUICK_SESSIONS, Math.ceil(files.sessions.length / 5)));
    return runSessions({ ...files, sessions }, recipes, { share, validation: 300, test: 1000 }, context);
  },
});

const filesOf = (folder: string): SessionSource => ({
  missing: (dataFolder) => missingSessions(join(dataFolder, folder)),
  read: (dataFolder) => readSessions(join(dataFolder, folder)),
});

export const digineticaBench = sessionBench(
  {
    name: 'diginetica',
    about: `Diginetica (CIKM Cup 2016), as SR-GNN (Wu et al. 2019) split it: ${KINDS}. ${choosing(SHARE)}`,
    published: [
      row('SR-GNN', 50.73, 17.59, 'Wu et al. 2019, these files'),
      row('GCE-GNN', 54.22, 19.04, 'Wang et al. 2020, these files; recalled'),
    ],
  },
  filesOf('diginetica-srgnn'),
  { tryEpochs: 4, epochs: 8 },
);

export const yoochooseBench = sessionBench(
  {
    name: 'yoochoose64',
    about: `The newest 1/64 of Yoochoose (RecSys Challenge 2015), as SR-GNN split it: ${KINDS}. ${choosing(SHARE)}`,
    published: [
      row('GRU4Rec', 60.64, 22.89, 'as Wu et al. 2019 report it, these files'),
      row('NARM', 68.32, 28.63, 'as Wu et al. 2019 report it, these files'),
      row('SR-GNN', 70.57, 30.94, 'Wu et al. 2019, these files'),
      row('NISER+', 71.27, 31.61, 'Gupta et al. 2019, these files; HR recalled'),
    ],
  },
  filesOf('yoochoose1_64-srgnn'),
  { tryEpochs: 3, epochs: 6 },
);

export const yoochooseSampleBench = sessionBench(
  {
    name: 'yoochoose-100k-events',
    about: `A week of a sample of Yoochoose, as session-rec (Ludewig et al.) cut it by time, the last day being the test: ${KINDS}. ${choosing(SHARE)}`,
    published: [],
  },
  { missing: missingYoochooseSample, read: readYoochooseSample },
  { tryEpochs: 4, epochs: 8 },
);

export const trivagoBench = sessionBench(
  {
    name: 'trivago2019-100k',
    about: `Two days of hotels (RecSys Challenge 2019, a sample), cut by time: sessions that begin in the last twelve hours are the test, those that ended before are the training. Whatever is done with a hotel counts as a click (a look at its images or prices, a search for it, a clickout), the same done several times in a row as one; texts that were searched for are not read; ${KINDS}. ${choosing(TRIVAGO_SHARE)}`,
    published: [],
  },
  { missing: missingTrivago, read: readTrivago },
  { tryEpochs: 4, epochs: 8 },
  TRIVAGO_SHARE,
);
