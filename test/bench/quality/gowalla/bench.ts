import type { QualityBench } from '../quality-bench.ts';
import { runSets, setMetrics, setsDoNotAllow } from '../sets/run-sets.ts';
import { GOWALLA_ITEMS, missingGowalla, readGowalla } from './data.ts';

export const gowallaBench: QualityBench = {
  name: 'gowalla',
  about:
    "Check-ins as NGCF and LightGCN split them: a fifth of each user's items is to be found. Settings are chosen on a tenth of the training file that is held out by the same rule; then everything is fitted on the whole of it.",
  metrics: setMetrics,
  notApplicable: setsDoNotAllow,
  published: [
    { name: 'most popular', figures: { 'Recall@20': 0.0416, 'NDCG@20': 0.0317 }, source: 'on the same files' },
    { name: 'ItemCF', figures: { 'Recall@20': 0.157, 'NDCG@20': 0.1214 }, source: 'SimpleX, Mao et al. 2021' },
    { name: 'Mult-VAE', figures: { 'Recall@20': 0.1641, 'NDCG@20': 0.1335 }, source: 'LightGCN, He et al. 2020' },
    { name: 'EASE', figures: { 'Recall@20': 0.1765, 'NDCG@20': 0.1467 }, source: 'SimpleX, Mao et al. 2021' },
    { name: 'GF-CF', figures: { 'Recall@20': 0.1849, 'NDCG@20': 0.1518 }, source: 'Shen et al. 2021' },
    { name: 'UltraGCN', figures: { 'Recall@20': 0.1862, 'NDCG@20': 0.158 }, source: 'Mao et al. 2021' },
    { name: 'SimpleX', figures: { 'Recall@20': 0.1872, 'NDCG@20': 0.1557 }, source: 'Mao et al. 2021' },
    { name: 'BSPM', figures: { 'Recall@20': 0.192, 'NDCG@20': 0.1597 }, source: 'Choi et al. 2023; recalled' },
  ],
  missing: missingGowalla,
  run: (context) => {
    const read = (file: 'train' | 'test') => readGowalla(context.dataFolder, file);
    return runSets({ items: GOWALLA_ITEMS, train: read('train'), test: read('test') }, context);
  },
};
