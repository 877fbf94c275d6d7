/** What the table says of one row: figures a subject, by metric. */
import { beyondDefinitions, coverageAt, noveltyAt, rankAgainst, revenueAt, sliceDefinitions } from '@nextcart/models';
import { COLD } from './choose-looks.ts';
import { bySubject, gainAt, K, rankIn } from './measure.ts';
import { type Known, type Look, type LookTask, VIEW } from './shop-log.ts';

const looks =
  'mean over subjects of the mean of their looks; what is sold out is not ranked, ties count against the model';

export const shopDefinitions: Readonly<Record<string, string>> = {
  [`NDCG@${K} next`]: `of the next look in a visit, 1 / log2(rank + 1) where the rank over the whole catalogue is at most ${K}; ${looks}`,
  'of oracle, next': "the same over the oracle's mean (its interval is that of the row alone)",
  [`HR@${K} next`]: `share of these looks whose rank is at most ${K}`,
  [`NDCG@${K} arrival`]: 'of the first look of a visit, asked for before it',
  'of oracle, arrival': "the same over the oracle's mean",
  [`NDCG@${K} cart`]: 'of the next look that ends in the cart, asked for before it: what decides at the gate',
  'of oracle, cart': "the same over the oracle's mean",
  [`NDCG@${K} cold`]: `of the next look, subjects with fewer than ${COLD} deeds; ${sliceDefinitions.cold}`,
  [`HR@${K} one search`]: 'strangers whose only deed is a search: share whose next look is found',
  [`coverage@${K}`]: `${beyondDefinitions.coverage}, over the looks of 'next'`,
  [`novelty@${K}`]: `${beyondDefinitions.novelty}, over the looks of 'next'; support: looks before the test`,
  [`revenue@${K}`]: `${beyondDefinitions.revenue}: EUR put into the cart by the look, over the looks of 'cart'`,
};

export interface Figures {
  begin(task: LookTask): void;
  /** The next look of the task; scores [items]. */
  add(look: Look, scores: Float32Array): void;
  end(): void;
  subjects(): Readonly<Record<string, Float64Array>>;
}

export const createFigures = ({ items, deeds, histories }: Known): Figures => {
  const found: Record<string, Float64Array> = {};
  const support = new Float64Array(items.length);
  let total = 0;
  for (const history of histories)
    for (const deed of history)
      if (deeds.types[deed] === VIEW) {
        const item = deeds.items[deed] as number;
        support[item] = (support[item] as number) + 1;
        total += 1;
      }
  let task: LookTask = { name: '', looks: [] };
  let ranks: number[] = [];
  let lists: Int32Array[] = [];
  const put = (metric: string, values: ArrayLike<number>) => void (found[metric] = bySubject(task, values));
  return {
    begin: (next) => {
      task = next;
      ranks = [];
      lists = [];
    },
    add: (look, scores) => {
      ranks.push(rankIn(scores, look));
      if (task.name === 'next' || task.name === 'cart')
        lists.push(rankAgainst(scores, new Set(look.soldOut), new Set([look.target]), K));
    },
    end: () => {
      const { name } = task;
      const hits = ranks.map((rank) => Number(rank <= K));
      if (name === 'one search') return put(`HR@${K} one search`, hits);
      put(`NDCG@${K} ${name}`, ranks.map(gainAt));
      if (name === 'next') {
        put(`HR@${K} next`, hits);
        found[`coverage@${K}`] = Float64Array.of(coverageAt(lists, K, items.length));
        put(
          `novelty@${K}`,
          lists.map((list) => noveltyAt(list, K, support, total)),
        );
      }
      if (name === 'cart')
        put(
          `revenue@${K}`,
          lists.map((list, at) => {
            const { target, amount } = task.looks[at] as Look;
            return revenueAt(list, K, new Map([[target, amount]]));
          }),
        );
    },
    subjects: () => found,
  };
};
