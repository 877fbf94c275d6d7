/** Lists of the product over a log of the arm's own: stored, snapshots and trainings made of it, ranked by serving code. */
import { type RankingSnapshotSettings, rankingSnapshotMakers, type Store, saveSnapshot } from '@nextcart/clickhouse';
import type { BehaviourEvent } from '@nextcart/contracts';
import type { Rates } from '@nextcart/events';
import { defaultConfiguration, type RankedKind, type RankingConfiguration, sourceOfKind } from '@nextcart/ranking';
import { defaultOptions } from '@nextcart/scorer';
import type { Arm, ArmShop } from './lockstep.ts';
import { createSchedule, type Deed } from './schedule.ts';
import { createServedLists, type ServedLists } from './served-lists.ts';
import { DAY_MS, HOUR_MS, LIST_SIZE, START_AT, type UpliftSize } from './sizes.ts';
import { createStoredLog, PARTITION, type StoredLog, TOPIC_ID } from './stored-log.ts';
import { untilAnswered } from './until-answered.ts';

export interface ServedDeps {
  readonly store: Store;
  readonly rates: Rates;
  readonly snapshots: RankingSnapshotSettings;
  readonly size: UpliftSize;
  /** Of the ranker while there is no release. */
  readonly weights?: RankingConfiguration['weights'];
  /** Makes a release of what the log has by now, and puts it in force. */
  readonly train?: (lists: ServedLists, log: StoredLog, at: number) => Promise<void>;
}

/** The sweeper makes a list again when a fifth of its life is left; looked for at this pause. */
const RENEWAL_SHARE = 0.2;
const LIFE_MS = (1 - RENEWAL_SHARE) * defaultOptions.listTtlMs;
const RENEW_EVERY_MS = 2 * HOUR_MS;

export const servedArm =
  ({ store, rates, snapshots, size, weights = defaultConfiguration.weights, train }: ServedDeps) =>
  async (shop: ArmShop): Promise<Arm> => {
    // reasons change no list, and people see its first places only
    const lists = createServedLists({ ...defaultConfiguration, weights, listSize: LIST_SIZE, explained: 0 });
    const log = createStoredLog(store, { catalog: lists.catalog, rates });
    const append = (event: BehaviourEvent) => log.append(event);

    const snapshot = async <K extends RankedKind>(kind: K, at: number): Promise<void> => {
      await log.flush();
      const payload = await untilAnswered(() => rankingSnapshotMakers[kind](store, { at }, snapshots));
      const positions = { [`${TOPIC_ID}:${PARTITION}`]: log.next() - 1 };
      const { hash } = await untilAnswered(() => saveSnapshot(store, { kind, asOf: at, positions, payload }));
      lists.use(kind, { hash, payload });
    };
    const every = (everyMs: number, kind: RankedKind): Deed[] =>
      train === undefined && (weights[sourceOfKind[kind]] ?? 0) === 0
        ? []
        : [{ everyMs, act: (at) => snapshot(kind, at) }];
    const others = size.otherSnapshotsEveryHours * HOUR_MS;
    const schedule = createSchedule(START_AT, [
      ...every(size.trendingEveryHours * HOUR_MS, 'trending'),
      ...every(others, 'sessions'),
      ...every(others, 'covisits'),
      ...every(others, 'copurchases'),
      ...(train ? [{ everyMs: size.trainEveryDays * DAY_MS, act: (at: number) => train(lists, log, at) }] : []),
      { everyMs: RENEW_EVERY_MS, act: (at) => lists.renew(at - LIFE_MS, at) },
    ]);

    const takeItem = (record: Parameters<NonNullable<Arm['take']>>[0]): Promise<void> | undefined =>
      record.item && lists.takeItem(record.item, log.appendItem(record.item, record.clock), record.clock);
    for await (const record of shop.catalog()) await takeItem(record);
    return {
      current: lists.current,
      take: async (record) => {
        await lists.endVisits(record.clock);
        await schedule.until(record.clock);
        await takeItem(record);
        if (record.event) await lists.take(record.event, append(record.event), append);
      },
      close: lists.close,
    };
  };
