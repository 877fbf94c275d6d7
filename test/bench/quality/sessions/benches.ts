import { nextItemDefinitions } from '@nextcart/models';
import type { PublishedRow, QualityBench } from '../quality-bench.ts';
import { missingSessions, readSessions, type SessionFiles } from './data.ts';
import { type Epochs, sessionRecipes } from './recipes.ts';
import { runSessions } from './run.ts';
import { missingYoochooseSample, readYoochooseSample } from './yoochoose-sample.ts';

const row = (name: string, hit: number, mrr: number, source: string): PublishedRow => ({
  name,
  figures: { 'HR@20': hit / 100, 'MRR@20': mrr / 100 },
  source,
});

const KINDS = 'every prefix of a test session, its next click to be found; repeats are kept';
const CHOOSING =
  'Settings are chosen on the newest 5 % of training sessions; then everything is fitted again with them.';

interface SessionSource {
  missing(dataFolder: string): string | undefined;
  read(dataFolder: string): Promise<SessionFiles> | SessionFiles;
}

const sessionBench = (
  given: Pick<QualityBench, 'name' | 'about' | 'published'>,
  { missing, read }: SessionSource,
  epochs: Epochs,
): QualityBench => ({
  ...given,
  metrics: nextItemDefinitions(20),
  missing,
  run: async (context) => {
    const files = await read(context.dataFolder);
    const recipes = sessionRecipes(files.items, epochs, context.quick);
    if (!context.quick) return runSessions(files, recipes, { validation: 4000, test: Infinity }, context);
    // the newest fifth, so that neighbours are there to be found
    const sessions = files.sessions.slice(Math.floor(files.sessions.length * 0.8));
    return runSessions({ ...files, sessions }, recipes, { validation: 300, test: 1000 }, context);
  },
});

const filesOf = (folder: string): SessionSource => ({
  missing: (dataFolder) => missingSessions(dataFolder, folder),
  read: (dataFolder) => readSessions(dataFolder, folder),
});

export const digineticaBench = sessionBench(
  {
    name: 'diginetica',
    about: `Diginetica (CIKM Cup 2016), as SR-GNN (Wu et al. 2019) split it: ${KINDS}. ${CHOOSING}`,
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
    about: `The newest 1/64 of Yoochoose (RecSys Challenge 2015), as SR-GNN split it: ${KINDS}. ${CHOOSING}`,
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
    about: `A week of a sample of Yoochoose, as session-rec (Ludewig et al.) cut it by time, the last day being the test: ${KINDS}. ${CHOOSING}`,
    published: [],
  },
  { missing: missingYoochooseSample, read: readYoochooseSample },
  { tryEpochs: 4, epochs: 8 },
);
