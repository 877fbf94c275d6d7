import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createShop } from '@nextcart/datasets';
import { systemClock } from '@nextcart/runtime';
import type { Bench, BenchContext, Metrics } from '../harness/bench.ts';
import { startCpuMeter } from '../harness/cpu.ts';
import { type OwnServers, type ServiceProcess, startOwnServers } from '../harness/own-servers.ts';
import { waitForRows } from '../ingest/database.ts';
import { fillCatalogue, fillEvents } from '../ingest/fill-topic.ts';
import { type Answer, matchAnswers, tellSignIns } from './answers.ts';
import { skipToEnd } from './groups.ts';
import { HISTORY_PER_S, type LoadDone, type LoadMessage, type LoadPlan, type ShopPlan } from './plan.ts';
import { writeRelease } from './put-release.ts';
import { startRecorder } from './recorder.ts';
import { summarize } from './summarize.ts';

/**
 * Promise 1: from when an event was due by the plan of an open loop, at the client, until the first list that knows it
 * could be read by an outside client, or until its stamp of "unchanged". All services, a real broker, one machine.
 * The scorer is started anew for each rate, so that customers it does not know come back from the store.
 */
const FULL = { history: 400_000, users: 100_000, items: 20_000, rates: [200, 1000], warmUpS: 20, seconds: 60 };
const QUICK = { history: 20_000, users: 5000, items: 2000, rates: [100], warmUpS: 5, seconds: 5 };
/** The past begins before the shop of today does. */
const PAST_MS = 60 * 60 * 1000;
const COLD_SHARE = 0.05;
/** After the load: what is answered later than this counts as unanswered. */
const SETTLE_MS = 5000;
/** Of each service's warnings. */
const SHOWN_LINES = 5;
/** Due times are rounded to microseconds. */
const ROUNDING_MS = 0.001;

/** What happens beside the load. */
interface Phase {
  readonly rate: number;
  /** What happens beside it, before the names of its metrics: 'training', 'switch'; absent: nothing. */
  readonly name?: string;
  /** Made ready before the load; what it returns is called when the measuring begins. */
  readonly beside?: (servers: OwnServers) => Promise<() => void>;
  /** Ends what runs beside. */
  readonly end?: () => Promise<void>;
}

interface Setting {
  readonly size: typeof FULL;
  readonly servers: OwnServers;
  readonly shop: ShopPlan;
  readonly others: readonly ServiceProcess[];
}

/** Runs the load in its own process; `onReady` is called before its first event, `onDone` while it is still there. */
const runLoad = async (plan: LoadPlan, onReady: (pid: number) => void, onDone: () => void): Promise<LoadDone> => {
  const child = fork(join(import.meta.dirname, 'load.ts'), [JSON.stringify(plan)], { stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the load ended with ${code} before it was done`)));
    child.on('message', (message: LoadMessage) => {
      try {
        if (message.kind === 'ready') {
          onReady(child.pid ?? 0);
          return;
        }
        onDone();
        resolve(message);
        child.send('end');
      } catch (error) {
        reject(error); // a process that is measured has ended
      }
    });
  });
};

const createLatencyBench = (options: {
  readonly name: string;
  readonly about: string;
  /** With the models of a release in force. */
  readonly models: boolean;
  readonly phasesOf: (rates: readonly number[], itemIds: readonly string[]) => readonly Phase[];
}): Bench => ({
  name: options.name,
  about: options.about,
  repeats: 3,
  prepare: async (context) => {
    const size = context.quick ? QUICK : FULL;
    const servers = await startOwnServers(context);
    await servers.setUp();
    const shop = { seed: 5, users: size.users, items: size.items, startAt: systemClock.now() - PAST_MS };
    const past = createShop({ ...shop, eventsPerSecond: HISTORY_PER_S, dirt: false });
    await fillCatalogue(servers, past);
    const others = [await servers.startService('ingest'), await servers.startService('features')];
    await fillEvents(context, servers, past.records(0), size.history);
    await waitForRows(context, servers.store, 'history into the store', size.history);
    const known = await servers.store.query<{ item_id: string }>(
      'SELECT DISTINCT item_id FROM catalog ORDER BY item_id',
    );
    const itemIds = known.map((row) => row.item_id);
    if (options.models) await (await writeRelease(servers, { releaseId: 'first', items: itemIds, seed: 1 }))();
    let rows = size.history;
    let earlierS = 0;
    const { history, users, items, warmUpS, seconds } = size;
    return {
      n: { history, users, items, warm_up_s: warmUpS, seconds },
      measure: async () => {
        const metrics: Record<string, number> = {};
        for (const phase of options.phasesOf(size.rates, itemIds)) {
          const run = await measurePhase(context, { size, servers, shop, others }, phase, earlierS);
          earlierS += warmUpS + seconds;
          Object.assign(metrics, run.metrics);
          tell(context, run.metrics);
          rows += run.sent;
          await waitForRows(context, servers.store, 'the load into the store', rows);
        }
        return metrics;
      },
    };
  },
});

export const latencyBench = createLatencyBench({
  name: 'latency',
  about: 'milliseconds from an event being due at the client to its list being readable, at 200 and 1,000 events/s',
  models: false,
  phasesOf: (rates) => rates.map((rate) => ({ rate })),
});

/** A training, as a phase. */
const besideTraining = (rate: number): Phase => {
  let child: ChildProcess | undefined;
  return {
    ...{ name: 'training', rate },
    beside: async () => () => {
      child = fork(join(import.meta.dirname, 'training-process.ts'), {
        detached: true, // a session of its own, as trainers have: it stands back as a whole
      });
    },
    end: async () => {
      if (child === undefined) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL'); // nothing of it is wanted
      await gone;
    },
  };
};

let releases = 1;
/** Another release takes over when the measuring begins. */
const besideSwitch = (rate: number, itemIds: readonly string[]): Phase => ({
  ...{ name: 'switch', rate },
  beside: async (servers) => {
    releases += 1;
    const putInForce = await writeRelease(servers, {
      releaseId: `release-${releases}`,
      items: itemIds,
      seed: releases,
    });
    return () => void putInForce();
  },
});

/** Beside the usual ones: where p99 begins to leave its bounds on two cores. */
const MORE_RATES = [500, 750];

export const modelLatencyBench = createLatencyBench({
  name: 'latency:models',
  about: 'the same with a release in force (fused models over 20,000 items), beside a training, and through a switch',
  models: true,
  phasesOf: (rates, itemIds) => {
    const all = [...rates, ...(rates.length > 1 ? MORE_RATES : [])].toSorted((a, b) => a - b);
    return all.flatMap((rate) => {
      const plain = { rate };
      return rate < 500 && all.length > 1 ? [plain] : [plain, besideTraining(rate), besideSwitch(rate, itemIds)];
    });
  },
});

/** What each phase had, in case a later one fails. */
const tell = (context: BenchContext, metrics: Metrics): void => {
  const shown = Object.entries(metrics).filter(([name]) => /^(\w+\.)?(p\d+_ms|unanswered|by_models_share)@/.test(name));
  context.log(
    `  ${shown.map(([name, value]) => `${name} ${value.toFixed(name.includes('share') ? 3 : 1)}`).join(', ')}`,
  );
};

const measurePhase = async (
  context: BenchContext,
  { size, servers, shop, others }: Setting,
  { rate, name, beside, end }: Phase,
  /** See LoadPlan. */
  earlierS: number,
): Promise<{ metrics: Metrics; sent: number }> => {
  const stampsFile = join(servers.stack.dataDir, 'unchanged.stamps');
  await skipToEnd(servers); // what an overloaded scorer has left
  const scorer = await servers.startService('scorer', {
    script: join(import.meta.dirname, 'scorer-process.ts'),
    env: { STAMPS_FILE: stampsFile },
  });
  const { kafkaBrokers: brokers, schemaRegistryUrl: registryUrl } = servers.stack.urls;
  const recorder = await startRecorder(brokers);
  const { history, warmUpS, seconds } = size;
  const label = `@${rate}`;
  context.log(
    `  ${name === undefined ? '' : `through a ${name}, `}${rate} events/s for ${seconds} s, after ${warmUpS} s to warm up`,
  );
  const begin = await beside?.(servers);
  let meter: (() => Record<string, number>) | undefined;
  let cpu: Record<string, number> = {};
  const done = await runLoad(
    { brokers, registryUrl, shop, history, earlierS, eventsPerS: rate, warmUpS, seconds, coldShare: COLD_SHARE },
    (load) => {
      const services = Object.fromEntries([...others, scorer].map((each) => [each.name, each.pid]));
      const serverPids = { clickhouse: servers.pid('clickhouse'), broker: servers.pid('kafka') };
      meter = startCpuMeter({ ...services, ...serverPids, load, reader: recorder.pid });
      void sleep(warmUpS * 1000).then(begin);
    },
    () => {
      cpu = meter?.() ?? {};
    },
  );
  await sleep(SETTLE_MS);
  await end?.();
  const recorded = await recorder.stop();
  const recording = { ...recorded, events: tellSignIns(recorded.events, rate * (warmUpS + seconds)) };
  const coldQueries = await scorer.metric('nextcart_scorer_cold_query_seconds_count');
  const coldSeconds = await scorer.metric('nextcart_scorer_cold_query_seconds_sum');
  await scorer.stop();
  for (const service of [...others, scorer])
    for (const line of service.said().slice(0, SHOWN_LINES)) context.log(`  ${service.name}: ${line.slice(0, 300)}`);
  const unchanged = new Float64Array(new Uint8Array(readFileSync(stampsFile)).buffer);

  const measureFrom = done.startedAt + warmUpS * 1000 - ROUNDING_MS;
  const { answers, missing } = matchAnswers(recording, unchanged, measureFrom, measureFrom + seconds * 1000);
  // a cold subject's first event of all; by its later ones the scorer has it
  const cold = new Set(done.cold);
  const firstOf = new Map(recording.events.toReversed().map((event) => [event.subject, event]));
  const isCold = ({ event }: Answer): boolean => cold.has(event.subject) && firstOf.get(event.subject) === event;
  const metrics: Record<string, number> = {
    ...summarize(answers, isCold, missing.length, label),
    [`load_late_ms_max${label}`]: done.lateMsMax,
    [`cold_query_ms${label}`]: coldQueries === 0 ? 0 : (1000 * coldSeconds) / coldQueries,
  };
  for (const [process, micros] of Object.entries(cpu))
    metrics[`cpu_us_per_event.${process}${label}`] = micros / recording.events.length;
  if (name === undefined) return { metrics, sent: done.sent };
  const named = Object.entries(metrics).map(([metric, value]) => [`${name}.${metric}`, value] as const);
  return { metrics: Object.fromEntries(named), sent: done.sent };
};
