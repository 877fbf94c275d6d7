import type { ServerName } from '@nextcart/local';
import { dieInView, filledViews } from '../../faults/die-in-view.ts';
import { startFaultSystem } from '../../faults/fault-system.ts';
import { killUnderLoad } from '../../faults/kill-rounds.ts';
import { startLoad } from '../../faults/load.ts';
import { endure } from '../../faults/outage.ts';
import { describeVerdict, verify } from '../../faults/verify.ts';
import type { Bench } from '../harness/bench.ts';
import { clickhouseVersion } from '../harness/machine.ts';

/**
 * Promise 7 at its full length, under load: ingest and scorer killed ten times each, every second time at a named point;
 * ingest and ClickHouse killed together between the table and each of its views; then each server away once, where a
 * service that is silent about it ends the run with its name; and after all of it a comparison with what the log says.
 */
const EVENTS_PER_SECOND = 300;
const ROUNDS = 5;
const servers: readonly ServerName[] = ['kafka', 'clickhouse', 'registry', 'redis'];

export const faultsBench: Bench = {
  name: 'faults',
  about:
    'kill -9 of ingest and scorer ten times each under load, ClickHouse in every view, every server away for 20 s: lost, doubled, wrong',
  repeats: 1,
  mustBeZero: ['lost', 'doubled', 'wrong'],
  prepare: async (context) => {
    const count = context.quick ? 1 : ROUNDS;
    const views = context.quick ? filledViews.slice(0, 1) : filledViews;
    const outageMs = context.quick ? 3000 : 20_000;
    return {
      n: {
        ...{ kills: 4 * count, kills_in_views: views.length, outages: servers.length },
        ...{ events_per_s: EVENTS_PER_SECOND, outage_s: outageMs / 1000 },
      },
      measure: async (repeat) => {
        const system = await startFaultSystem(21 + repeat);
        try {
          context.version('clickhouse', await clickhouseVersion(system.store));
          const load = startLoad(system, EVENTS_PER_SECOND);
          const recoveries: number[] = [];
          let injected = 0;
          try {
            context.log('  kills');
            for (const { killed, slowestMs } of await killUnderLoad(system, load, count)) {
              injected += killed;
              recoveries.push(slowestMs);
            }
            for (const view of views) {
              context.log(`  kill in ${view}`);
              recoveries.push(await dieInView(system, view, true));
              injected += 1;
            }
            for (const name of servers) {
              context.log(`  without ${name}`);
              recoveries.push(await endure(system, name, outageMs));
              injected += 1;
            }
          } finally {
            await load.stop();
          }
          context.log('  comparison');
          const verdict = await verify(system, load);
          for (const line of describeVerdict(verdict)) context.log(line);
          const { records, subjects, wholeLists, lost, doubled, wrong } = verdict;
          return {
            ...{ injected, records, lists: subjects, whole_lists: wholeLists },
            ...{ lost: lost.length, doubled: doubled.length, wrong: wrong.length },
            recover_s_max: Math.max(...recoveries) / 1000,
          };
        } finally {
          await system.stop();
        }
      },
    };
  },
};
