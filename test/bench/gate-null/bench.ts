import { migratedStore } from '@nextcart/clickhouse/testing';
import type { Bench, BenchContext, Metrics } from '../harness/bench.ts';
import { startOwnServers } from '../harness/own-servers.ts';
import { shareOf } from './share.ts';
import { FULL, type NullSize, nullSettings, QUICK } from './sizes.ts';
import { type Tried, tryShop } from './try-shop.ts';

/** How often the gate lets pass what has nothing to offer: models of another seed, and models of shuffled labels. */
export const gateNullBench: Bench = {
  name: 'gate-null',
  about: 'share of 200 challengers that are no better which pass the gate: other seeds, shuffled labels',
  repeats: 1,
  prepare: async (context) => {
    const size = context.quick ? QUICK : FULL;
    const { stack } = await startOwnServers(context);
    const { shops, challengers, champions, users, items, days } = size;
    return {
      n: { shops, challengers: shops * challengers, champions: shops * champions, users, items, days },
      measure: () => measure(context, size, stack.urls.clickhouseUrl),
    };
  },
};

const measure = async (context: BenchContext, size: NullSize, clickhouseUrl: string): Promise<Metrics> => {
  const { shops, challengers, champions } = size;
  const progress = context.progress('trained and measured', shops * (champions + 2 * challengers), 'challengers');
  const all: Tried[] = [];
  let done = 0;
  for (let shop = 1; shop <= shops; shop += 1) {
    const { store, drop } = await migratedStore(clickhouseUrl, 'nulls');
    try {
      all.push(await tryShop(store, size, nullSettings(), { shop, onTrained: () => progress.at((done += 1)) }));
    } finally {
      await drop();
    }
  }
  progress.done();
  return metricsOf(all);
};

const names = {
  seeds: 'seeds.passed_share',
  shuffled: 'shuffled.passed_share',
  seedsOneLook: 'seeds.one_look.passed_share',
  seedsNewer: 'seeds.newer.passed_share',
  shuffledNewer: 'shuffled.newer.passed_share',
  first: 'first.passed_share',
} as const satisfies Partial<Record<keyof Tried, string>>;

const metricsOf = (all: readonly Tried[]): Metrics => {
  const metrics: Record<string, number> = {};
  for (const [key, name] of Object.entries(names) as [keyof typeof names, string][]) {
    const { value, low, high } = shareOf(all.flatMap((tried) => tried[key]));
    Object.assign(metrics, { [name]: value, [`${name}.low`]: low, [`${name}.high`]: high });
  }
  const mean = (of: (tried: Tried) => number) => all.reduce((sum, tried) => sum + of(tried), 0) / all.length;
  return {
    ...metrics,
    subjects: mean(({ subjects }) => subjects),
    'ndcg.challengers': mean(({ ndcg }) => ndcg.challengers),
    'ndcg.shuffled': mean(({ ndcg }) => ndcg.shuffled),
    'ndcg.without': mean(({ ndcg }) => ndcg.without),
    'ndcg.challengers_deviation': mean(({ deviation }) => deviation),
  };
};
