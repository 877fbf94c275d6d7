import { nextItemDefinitions } from '@nextcart/models';
import type { PublishedRow, QualityBench } from '../quality-bench.ts';
import { missingSessions, readSessions } from './data.ts';
import { sessionRecipes } from './recipes.ts';
import { runSessions } from './run.ts';

const row = (name: string, hit: number, mrr: number, source: string): PublishedRow => ({
  name,
  figures: { 'HR@20': hit / 100, 'MRR@20': mrr / 100 },
  source,
});

const sessionBench = (
  name: string,
  folder: string,
  what: string,
  published: readonly PublishedRow[],
): QualityBench => ({
  name,
  about: `${what}, as SR-GNN (Wu et al. 2019) split it: every prefix of a test session, its next click to be found; repeats are kept. Settings are chosen on the newest 5 % of training sessions; then everything is fitted again with them.`,
  metrics: nextItemDefinitions(20),
  published,
  missing: (dataFolder) => missingSessions(dataFolder, folder),
  run: (context) => {
    const files = readSessions(context.dataFolder, folder);
    if (!context.quick) return runSessions(files, sessionRecipes, { validation: 3000, test: Infinity }, context);
    // the newest fifth, so that neighbours are there to be found
    const sessions = files.sessions.slice(Math.floor(files.sessions.length * 0.8));
    const first = sessionRecipes.map((recipe) => ({ ...recipe, grid: recipe.grid.slice(0, 1) }));
    return runSessions({ ...files, sessions }, first, { validation: 300, test: 1000 }, context);
  },
});

export const digineticaBench = sessionBench('diginetica', 'diginetica-srgnn', 'Diginetica (CIKM Cup 2016)', [
  row('SR-GNN', 50.73, 17.59, 'Wu et al. 2019'),
  row('GCE-GNN', 54.22, 19.04, 'Wang et al. 2020'),
]);

export const yoochooseBench = sessionBench(
  'yoochoose64',
  'yoochoose1_64-srgnn',
  'The newest 1/64 of Yoochoose (RecSys Challenge 2015)',
  [
    row('GRU4Rec', 60.64, 22.89, 'as NARM reports it'),
    row('NARM', 68.32, 28.63, 'Li et al. 2017'),
    row('SR-GNN', 70.57, 30.94, 'Wu et al. 2019'),
  ],
);
