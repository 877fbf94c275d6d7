import { topics } from '@nextcart/contracts';
import { createShop, createTruthFile, type Dataset, type Shop } from '@nextcart/datasets';
import type { Kafka, RegistryClient } from '@nextcart/kafka';
import type { Clock } from '@nextcart/runtime';
import { createEventSender } from './event-sender.ts';
import { followLists } from './follow-lists.ts';
import type { Progress } from './progress.ts';
import { type Speed, sendCatalog, sendEvents } from './send-dataset.ts';

export interface SimulateDeps {
  readonly kafka: Kafka;
  readonly registry: RegistryClient;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly users: number;
  readonly items: number;
  /** Events a real second; with speed 'max', a second of the shop's clock. */
  readonly rate: number;
  readonly speed: Speed;
  /** In real time: so much of the shop's past is sent first, at once, where the topic has no events yet; ms. */
  readonly pastMs: number;
  /** Absent: the time, so that a second run makes other events, with other ids. */
  readonly seed: number | undefined;
  /** Records to stop after. */
  readonly events: number | undefined;
  readonly dirt: boolean;
  /** Name of the stream; absent: the live one in real time, else 'simulated-shop'. */
  readonly source: string | undefined;
  readonly truthFile: (name: string) => string;
  readonly topicPrefix: string;
  readonly progress: (total: number | undefined) => Progress;
  readonly say: (text: string) => void;
}

/** Sent records between two 'next' lines of the truth file. */
const NEXT_EVERY = 1000;

/** Remembers whose record was read last: its subject is asked for in the truth file. */
const watched = (shop: Shop): { dataset: Dataset; lastKey: () => string | undefined } => {
  let key: string | undefined;
  return {
    lastKey: () => key,
    dataset: {
      name: shop.name,
      total: shop.total,
      catalog: () => shop.catalog(),
      async *events(from) {
        for await (const record of shop.events(from)) {
          if (record.topic === 'events' && record.key !== null) key = record.key;
          yield record;
        }
      },
    },
  };
};

/**
 * The simulated shop, live: its catalogue, then its events until the signal. In real time event times are now and the
 * broker's clock is the shop's; at any other speed the shop's own clock goes along in a header and the stream has a
 * name of its own, because it moves a watermark of its own. Returns the count of records that the broker has.
 */
export const simulateShop = async (deps: SimulateDeps): Promise<number> => {
  const { kafka, registry, clock, signal, speed, topicPrefix } = deps;
  const name = (topic: string) => `${topicPrefix}${topic}`;
  const names = { events: name(topics.events.name), catalog: name(topics.catalog.name) };
  const own = [topics.events, topics.catalog, topics.recommendations];
  await kafka.admin.ensureTopics(own.map((spec) => ({ ...spec, name: name(spec.name) })));
  const live = speed === 1;
  const source = deps.source ?? (live ? undefined : 'simulated-shop');
  const producer = await kafka.createProducer();
  // a broker that is away must not keep a command that was stopped: closing gives up in the end
  signal.addEventListener('abort', () => void producer.close(), { once: true });
  const { lists, tail } = await followLists(kafka, name(topics.recommendations.name));
  try {
    const offsets = await kafka.admin.offsets(names.events);
    // a second past would lie before what is there: its events would all be late
    const pastMs = live && offsets.every(({ end }) => end === 0) ? deps.pastMs : 0;
    const sender = await createEventSender({
      producer,
      registry,
      ...(source === undefined ? {} : { source }),
      ownClock: !live || pastMs > 0,
      topicNames: names,
    });
    const seed = deps.seed ?? clock.now();
    const shopAt = (startAt: number): Shop =>
      createShop({
        seed,
        users: deps.users,
        items: deps.items,
        startAt,
        eventsPerSecond: speed === 'max' ? deps.rate : deps.rate / speed,
        dirt: deps.dirt,
        lists,
        ...(deps.events === undefined ? {} : { maxEvents: deps.events }),
      });
    const items = await sendCatalog(shopAt(clock.now()), sender, signal);
    if (signal.aborted) return 0;
    // the catalogue does not depend on the start, so the shop opens when its items are there: event times are now
    const now = clock.now();
    const shop = shopAt(now - pastMs);
    const path = deps.truthFile(`${source ?? 'live'}-${seed}`);
    const truth = createTruthFile(shop, path);
    deps.say(`simulated shop: ${items} items, ${deps.users} people, seed ${seed}; its truth: ${path}`);
    if (deps.pastMs > pastMs)
      deps.say('its past is left out: there are events on the topic already, or it is not in real time');
    if (pastMs > 0) deps.say(`its last ${Math.round(pastMs / 60_000)} minutes first, then live`);
    const { dataset, lastKey } = watched(shop);
    let nextAt = NEXT_EVERY;
    try {
      return await sendEvents({
        dataset,
        sender,
        from: 0,
        speed,
        ...(live ? { now } : {}),
        clock,
        signal,
        progress: deps.progress(deps.events),
        sent: (count) => {
          const due = count >= nextAt;
          if (due) nextAt = count + NEXT_EVERY;
          truth.append(due ? lastKey() : undefined);
        },
      });
    } finally {
      truth.close();
    }
  } finally {
    await tail.close();
    await producer.close();
  }
};
