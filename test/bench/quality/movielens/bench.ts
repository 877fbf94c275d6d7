import { historiesDoNotAllow, historyMetrics, runHistories } from '../histories/run-histories.ts';
import type { QualityBench } from '../quality-bench.ts';
import { missingMovielens, readHistories, readMovies } from './data.ts';

export const movielensBench: QualityBench = {
  name: 'ml-1m',
  about:
    'MovieLens 1M in SASRec’s form, gSASRec’s test: the last item of each of 6,040 histories, with the item before it in the input. Settings are chosen on the item before the last, by what is before that. Only the recurrent model reads the order of a history; leave-one-out lets every row see the future of others.',
  metrics: historyMetrics,
  notApplicable: historiesDoNotAllow,
  published: [
    {
      name: 'gSASRec',
      figures: { 'Recall@10': 0.3003, 'NDCG@10': 0.1726 },
      source: 'Petrov and Macdonald 2023, this split; recalled',
    },
    {
      name: 'SASRec+',
      figures: { 'Recall@10': 0.3152, 'NDCG@10': 0.1821 },
      source: 'Klenitskiy and Vasilev 2023, the last item as here; recalled',
    },
    {
      name: 'HSTU-large',
      figures: { 'Recall@10': 0.3294, 'NDCG@10': 0.1893 },
      source: 'Zhai et al. 2024, the last item as here, data filtered otherwise; recalled',
    },
  ],
  missing: missingMovielens,
  run: (context) => {
    const histories = readHistories(context.dataFolder);
    const items = histories.reduce((most, history) => history.reduce((top, item) => Math.max(top, item + 1), most), 0);
    return runHistories({ items, histories, catalogue: readMovies(context.dataFolder, items) }, context);
  },
};
