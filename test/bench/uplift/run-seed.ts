/** All arms over the same people of one seed. */
import { join } from 'node:path';
import {
  clickhouseConnection,
  createStore,
  migrate,
  type RankingSnapshotSettings,
  type Store,
} from '@nextcart/clickhouse';
import { runSql, withDatabase } from '@nextcart/clickhouse/testing';
import { createRates, type RatesFile } from '@nextcart/events';
import { createLogger, systemClock } from '@nextcart/runtime';
import type { TrainingSettings } from '@nextcart/trainer';
import type { SeedTallies } from './figures.ts';
import { type Arm, type ArmShop, runShop } from './lockstep.ts';
import { type ServedDeps, servedArm } from './served-arm.ts';
import type { UpliftSize } from './sizes.ts';
import type { Tally } from './tally.ts';
import { createReleaseMaker } from './train-release.ts';
import { noLists, oracleLists } from './truth-arms.ts';

/** From the least to the bound. */
export const armNames = ['none', 'trending', 'neighbours', 'neural', 'oracle'] as const;
export type ArmName = (typeof armNames)[number];

export interface SeedDeps {
  readonly clickhouseUrl: string;
  readonly dataDir: string;
  readonly rates: RatesFile;
  readonly snapshots: RankingSnapshotSettings;
  readonly training: TrainingSettings;
  readonly signal: AbortSignal;
  readonly tell: (line: string) => void;
  readonly onDay: (arm: ArmName, day: number) => void;
  readonly onStep: (step: string) => void;
}

export const runSeed = async (
  size: UpliftSize,
  seed: number,
  deps: SeedDeps,
  arms: readonly ArmName[] = armNames,
): Promise<SeedTallies> => {
  const log = createLogger('uplift', 'error');
  const rates = createRates(deps.rates);
  const tallies: Record<string, Tally> = {};

  /** A database of the arm's own, gone when it is done. */
  const withStore = async <T>(arm: ArmName, work: (store: Store, url: string) => Promise<T>): Promise<T> => {
    const name = `uplift_${arm}_${seed}`;
    await runSql(deps.clickhouseUrl, `CREATE DATABASE ${name}`);
    const url = withDatabase(deps.clickhouseUrl, name);
    const store = createStore({ url, log, clock: systemClock });
    try {
      await migrate(store, { log });
      return await work(store, url);
    } finally {
      await store.close();
      await runSql(deps.clickhouseUrl, `DROP DATABASE ${name} SYNC`);
    }
  };
  const run = (arm: ArmName, createArm: (shop: ArmShop) => Promise<Arm>): Promise<Tally> =>
    runShop({ ...size, seed }, createArm, {
      rates: deps.rates,
      onDay: (day) => {
        deps.signal.throwIfAborted();
        deps.onDay(arm, day);
      },
    });
  const served = (arm: ArmName, rest: (store: Store, url: string) => Partial<ServedDeps>): Promise<Tally> =>
    withStore(arm, (store, url) =>
      run(arm, servedArm({ store, rates, snapshots: deps.snapshots, size, ...rest(store, url) })),
    );
  const runs: Record<ArmName, () => Promise<Tally>> = {
    none: () => run('none', noLists),
    trending: () => served('trending', () => ({ weights: { trending: 1 } })),
    neighbours: () => served('neighbours', () => ({})),
    neural: () =>
      served('neural', (store, url) =>
        createReleaseMaker({
          ...{ store, seed, log, signal: deps.signal, settings: deps.training },
          epochs: { recurrent: size.epochs, autoencoder: size.autoencoderEpochs },
          connection: clickhouseConnection({ CLICKHOUSE_URL: url }),
          dataDir: join(deps.dataDir, `uplift-${seed}`),
          tell: (line) => deps.tell(`seed ${seed}: ${line}`),
          onStep: deps.onStep,
        }),
      ),
    oracle: () => run('oracle', oracleLists),
  };
  for (const arm of arms) tallies[arm] = await runs[arm]();
  return tallies;
};
