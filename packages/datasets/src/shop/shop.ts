import { NextcartError } from '@nextcart/contracts';
import type { Dataset, DatasetRecord } from '../dataset.ts';
import { createArrivals } from './arrivals.ts';
import { createAssortment } from './assortment.ts';
import type { Lists } from './lists.ts';
import { DAY_MS, type DirtRates, defaultDirt, noDirt } from './parameters.ts';
import { createRobots } from './robots.ts';
import { createRun, type Run } from './run.ts';
import { createTruth, type Truth } from './truth.ts';
import { createWorld, type World } from './world.ts';

export interface ShopOptions {
  /** 32-bit integer; larger ones are folded into 32 bits. */
  readonly seed: number;
  /** People: with and without accounts. */
  readonly users: number;
  readonly items: number;
  /** Epoch ms of the first moment. */
  readonly startAt: number;
  /** Of all people on average, by the shop's clock; absent: an average person comes every four days. */
  readonly eventsPerSecond?: number;
  /** Whether hours and weekdays differ; where absent, only without `eventsPerSecond`. */
  readonly rhythm?: boolean;
  /** Default: the default rates. */
  readonly dirt?: boolean | Partial<DirtRates>;
  readonly days?: number;
  /** Records in all, catalogue changes included. */
  readonly maxEvents?: number;
  readonly lists?: Lists;
}

/**
 * The simulated shop of docs/simulated-shop.md. `events()` yields the records of both topics in the order of their
 * clock: events, dirt, and catalogue records wherever a price or stock changes (at the shop's ticks); `from` and
 * `maxEvents` count all of them. `catalog()` is the catalogue at the start. Each `events()` is a run of its own,
 * from the same beginning; without lists the runs are equal byte for byte. `truth` is that of the newest run.
 */
export interface Shop extends Dataset {
  readonly truth: Truth;
  /** `events(from)` without promises, for whoever counts microseconds. */
  records(from: number): Generator<DatasetRecord, void, undefined>;
  /** Of the newest run: records given out, and its clock, epoch ms. */
  position(): { readonly records: number; readonly clock: number };
}

const MAX_USERS = 100_000_000;
/** Ids have five digits at least and eight at most. */
const MAX_ITEMS = 10_000_000;

const check = (name: string, value: number, low: number, high: number): void => {
  if (Number.isSafeInteger(value) && value >= low && value <= high) return;
  throw new NextcartError('bad_input', `the shop's ${name} must be a whole number from ${low} to ${high}`, {
    retry: false,
    context: { [name]: String(value) },
  });
};

/** Throws NextcartError 'bad_input' on options that make no shop. */
export const createShop = (options: ShopOptions): Shop => {
  const { users, items, startAt, eventsPerSecond, lists, maxEvents } = options;
  check('seed', options.seed, -Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  check('users', users, 1, MAX_USERS);
  check('items', items, 1, MAX_ITEMS);
  check('startAt', startAt, 0, 8_640_000_000_000_000);
  if (eventsPerSecond !== undefined && !(eventsPerSecond > 0 && Number.isFinite(eventsPerSecond)))
    throw new NextcartError('bad_input', "the shop's eventsPerSecond must be above 0", { retry: false });
  const { dirt: wanted = true } = options;
  const dirt = wanted === true ? defaultDirt : wanted === false ? noDirt : { ...noDirt, ...wanted };
  if (Object.values(dirt).some((rate) => !(rate >= 0 && rate < 0.5)))
    throw new NextcartError('bad_input', 'a rate of dirt must be from 0 to below 0.5', { retry: false });

  // streams are named by 32 bits; the high half of a long seed (a time) is folded in
  const seed = (options.seed ^ Math.imul(Math.floor(options.seed / 4_294_967_296), 0x9e3779b1)) | 0;
  const assortment = createAssortment(seed, items);
  const rhythm = options.rhythm ?? eventsPerSecond === undefined;
  const arrivalOptions = { seed, users, eventsPerSecond, rhythm, withLists: lists !== undefined };
  // made anew for each run, because lists move them; at the beginning they are the same
  const arrivals = createArrivals(arrivalOptions);
  const robotOptions = {
    seed,
    users,
    startAt,
    eventsPerSecond: arrivals.eventsPerSecond,
    share: dirt.robots,
    assortment,
  };
  const begin = (): { world: World; run: Run } => {
    const world = createWorld({ seed, users, startAt, assortment });
    const run = createRun({
      world,
      users,
      startAt,
      endAt: options.days === undefined ? Number.POSITIVE_INFINITY : startAt + options.days * DAY_MS,
      maxEvents: maxEvents ?? Number.POSITIVE_INFINITY,
      arrivals: createArrivals(arrivalOptions),
      robots: createRobots(robotOptions),
      dirt,
      lists,
    });
    return { world, run };
  };
  let newest: { world: World; run: Run } | undefined;
  const current = () => (newest ??= begin());

  function* records(from: number): Generator<DatasetRecord, void, undefined> {
    newest = begin();
    const { run } = newest;
    for (let record = run.next(); record !== undefined; record = run.next()) if (run.count() > from) yield record;
  }
  return {
    name: 'simulated-shop',
    total: maxEvents,
    async *catalog() {
      const { market } = createWorld({ seed, users: 1, startAt, assortment });
      for (let item = 0; item < items; item += 1)
        yield { topic: 'catalog', key: assortment.id(item), clock: startAt, item: market.catalogItem(item) };
    },
    records,
    async *events(from) {
      yield* records(from);
    },
    position: () => ({ records: current().run.count(), clock: current().run.clock() }),
    truth: createTruth({
      seed,
      users,
      startAt,
      robotCount: createRobots(robotOptions).count,
      assortment,
      options: {
        seed: options.seed,
        users,
        items,
        startAt,
        eventsPerSecond,
        rhythm,
        days: options.days,
        maxEvents,
        dirt,
      },
      current,
    }),
  };
};
