/**
 * The simulated shop and lists that know all of it: a record is taken in, and its list is there, before anybody does the
 * next thing. So people see the list at or above their trigger, as they would of a scorer that is never late.
 */
import { createShop, type DatasetRecord, type Lists, type Truth } from '@nextcart/datasets';
import { createRates, type RatesFile } from '@nextcart/events';
import { DAY_MS, START_AT, type UpliftSize } from './sizes.ts';
import { createTally, type Tally } from './tally.ts';

/** Somebody who makes lists of what the shop's people do. */
export interface Arm extends Lists {
  /** Called with every record in turn, and waited for. */
  take?(record: DatasetRecord): Promise<void>;
  close?(): Promise<void>;
}

/** What an arm may be made of. */
export interface ArmShop {
  readonly truth: Truth;
  /** The shop's clock, epoch ms. */
  clock(): number;
  /** At the start. */
  catalog(): AsyncIterable<DatasetRecord>;
}

/** Without dirt: every record is what happened, and cleaning would accept it. */
export const runShop = async (
  size: Pick<UpliftSize, 'people' | 'items' | 'days' | 'trainEveryDays'> & { readonly seed: number },
  createArm: (shop: ArmShop) => Promise<Arm>,
  deps: { readonly rates: RatesFile; readonly onDay: (day: number) => void },
): Promise<Tally> => {
  const { seed, people, items, days, trainEveryDays } = size;
  let arm: Arm = { current: () => undefined };
  const shop = createShop({
    ...{ seed, users: people, items, days, startAt: START_AT, dirt: false },
    lists: { current: (subject) => arm.current(subject) },
  });
  arm = await createArm({ truth: shop.truth, clock: () => shop.position().clock, catalog: () => shop.catalog() });
  const from = START_AT + trainEveryDays * DAY_MS;
  const { tally, take } = createTally({ truth: shop.truth, people, from, rates: createRates(deps.rates) });
  try {
    for (const record of shop.records(0)) {
      take(record);
      await arm.take?.(record);
      deps.onDay((record.clock - START_AT) / DAY_MS);
    }
  } finally {
    await arm.close?.();
  }
  return tally;
};
