import type { Artifacts } from '@nextcart/artifacts';
import type { Store } from '@nextcart/clickhouse';
import { createItemIndex, holdOut, schemaText as ownSchema, registrySubject } from '@nextcart/contracts';
import { createSchemaVersions } from '@nextcart/events';
import {
  type Assignment,
  type Consumer,
  followReleases,
  type Kafka,
  type PartitionHandler,
  type PartitionOffsets,
  type RegistryClient,
} from '@nextcart/kafka';
import { asksForPurchases, loadRelease } from '@nextcart/ranking';
import { type Clock, createWaiting, type Health, type Logger, type Metrics } from '@nextcart/runtime';
import { createAnswerIdentify } from './answer-identify.ts';
import { advanceSafe, findBeginning, restoreCleaner } from './assign-partition.ts';
import { createBackground } from './background.ts';
import { createCatalogue } from './catalogue.ts';
import { createColdLoader } from './cold-loader.ts';
import { createEngine } from './engine.ts';
import type { FaultPoint } from './fault-point.ts';
import { createKeyTable } from './key-table.ts';
import { createLastLists } from './last-lists.ts';
import { startListTail } from './list-tail.ts';
import { defaultOptions, type ScorerOptions } from './options.ts';
import { createOwedLists, TICKS_PER_SECOND as OWED_TICKS } from './owed-lists.ts';
import {
  createOwnedPartition,
  createPartitionCleaner,
  isReserved,
  type OwnedPartition,
  type PartitionDeps,
} from './partition.ts';
import { createPublisher } from './publisher.ts';
import { createReleaseSwitch, type ReleaseSwitch } from './release-switch.ts';
import { createReportCounts } from './report-counts.ts';
import { addHealthChecks } from './scorer-health.ts';
import { createScorerMetrics } from './scorer-metrics.ts';
import { createScoringLoop, type OnUnchanged } from './scoring-loop.ts';
import { createSender } from './sender.ts';
import { createShopLists, TICKS_PER_SECOND } from './shop-lists.ts';
import type { Home } from './subject.ts';
import { createSubjectPool } from './subject-pool.ts';
import { createSweeper, SWEEPS_PER_SECOND, type SweptPartition } from './sweeper.ts';
import { createSnapshotWatch } from './watch-snapshots.ts';
import { createWorkQueue } from './work-queue.ts';

export interface ScorerDeps {
  readonly kafka: Kafka;
  readonly store: Store;
  readonly registry: RegistryClient;
  /** Where releases are read from. */
  readonly artifacts: Pick<Artifacts, 'folder'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly health: Health;
  readonly options?: Partial<ScorerOptions>;
  /** Places where a test may end the process. */
  readonly faultPoint?: FaultPoint;
  /** Every kept event that gets no list of its own because its subject's stays as it is: a bench times it by this. */
  readonly onUnchanged?: OnUnchanged;
}

export interface Scorer {
  /** Catalogue and snapshots are there and the consumer runs, or the scorer was closed before. Rejects where it can't ever start. */
  readonly started: Promise<void>;
  /** Leaves the group and ends; what was answered is committed. */
  close(): Promise<void>;
}

/** What is looked at is in memory: the topic is followed. */
const RELEASES_EVERY_MS = 250;
/** A dashboard's point, at the cost of one small insert. */
const REPORT_EVERY_MS = 10_000;

/** Works until closed. Returns at once: what it waits for is in health. */
export const createScorer = (deps: ScorerDeps): Scorer => {
  const { kafka, store, registry, clock, log } = deps;
  const options: ScorerOptions = { ...defaultOptions, ...deps.options };
  const faultPoint = deps.faultPoint ?? (() => undefined);
  const metrics = createScorerMetrics(deps.metrics);
  const waiting = createWaiting();
  const background = createBackground({ clock, log, waiting });
  const { signal } = background;
  const items = createItemIndex();
  const pool = createSubjectPool(options);
  const owned = new Map<number, SweptPartition & { partition: OwnedPartition }>();
  const homes = (): Home[] => Array.from(owned.values(), ({ home }) => home);
  const schemaText = (id: number) => background.untilDone('the schema registry', () => registry.schema(id));
  let consumer: Consumer | undefined;
  const catalogue = createCatalogue({
    kafka,
    topic: options.catalogTopic,
    index: items,
    configuration: options.configuration,
    schemaText,
    onGone: (item) => sweeper.gone(item),
  });
  const engine = createEngine({ index: items, features: catalogue.features, configuration: options.configuration });
  const watchSnapshots = createSnapshotWatch(store, engine);
  const sweeper = createSweeper({
    clock,
    metrics,
    options,
    partitions: () => owned.values(),
    refresh: (home, key, forced) => refresh(home, key, forced),
    isBusy: () => isBusy(),
    prepare: (home, key) => prepare(home, key),
  });
  let releaseSwitch: ReleaseSwitch | undefined;
  let refresh: (home: Home, key: string, forced: boolean) => void = () => undefined;
  let prepare: (home: Home, key: string) => void = () => undefined;
  let isBusy = () => true;

  const work = async () => {
    const producer = await background.untilDone('the broker', () => kafka.createProducer());
    const [listSchema, eventSchema, releaseSchema] = await background.untilDone('the schema registry', () =>
      Promise.all([
        registry.register(registrySubject(options.listsTopic), ownSchema('recommendation-list')),
        registry.register(registrySubject(options.eventsTopic), ownSchema('behaviour-event')),
        registry.register(registrySubject(options.releasesTopic), ownSchema('model-release')),
      ]),
    );
    const { partitions } = await background.untilDone('the broker', () => kafka.admin.topic(options.listsTopic));
    const onIdentify = createAnswerIdentify({
      items,
      eventsTopic: options.eventsTopic,
      schemaId: eventSchema,
      metrics,
    });
    const publisher = createPublisher({ engine, catalogue, schemaId: listSchema, clock, options });
    const sender = createSender({
      producer,
      background,
      sleep: clock.sleep,
      refused: (error) => {
        waiting.set('the broker', `refuses lists: ${String(error)}`);
        log.error({ err: error }, 'lists_not_sent');
      },
      well: () => waiting.clear('the broker'),
    });
    const queue = createWorkQueue({ needsState: (cold) => loader.request(cold) });
    const loader = createColdLoader({
      store,
      clock,
      log,
      background,
      metrics,
      options,
      items,
      onIdentify,
      onWarm: (warm) => queue.ready(warm),
    });
    isBusy = () => queue.length() + loader.waiting() > 0;
    const loop = createScoringLoop({
      queue,
      engine,
      publisher,
      sender,
      clock,
      log,
      metrics,
      options,
      faultPoint,
      onUnchanged: deps.onUnchanged,
    });
    const owed = createOwedLists({
      homes,
      isTime: () => engine.models !== null && queue.length() === 0 && loop.isCalm(),
      refresh: (home, key) => refresh(home, key, false),
    });
    const shopLists = createShopLists({
      engine,
      catalogue,
      publisher,
      sender,
      clock,
      metrics,
      partitions,
      perSecond: options.itemListsPerSecond,
      homes,
      isBusy: () => queue.length() > 0,
    });
    const follower = await background.untilDone('the releases', () =>
      followReleases({
        kafka,
        topic: options.releasesTopic,
        schemaText,
        unreadable: (offset, error) => log.error({ err: error, offset }, 'release_not_read'),
      }),
    );
    const releases = createReleaseSwitch({
      follower,
      load: async (release) =>
        loadRelease(release, {
          folder: await deps.artifacts.folder(release),
          index: items,
          isKnown: (itemId) => catalogue.item(itemId) !== undefined,
          ...{ threads: options.modelThreads, batch: options.batchSize },
          explained: options.configuration.explained,
          nextPurchases: asksForPurchases(options.configuration),
        }),
      engine,
      loop,
      sender,
      homes,
      topic: options.releasesTopic,
      schemaId: releaseSchema,
      clock,
      log,
      onSwitched: () => shopLists.snapshotChanged('trending'),
    });
    releaseSwitch = releases;
    refresh = (home, key, forced) => {
      if (isReserved(key)) shopLists.request(home, key, forced);
      else {
        const again = queue.open(pool.get(home, key));
        again.forced ||= forced;
      }
    };
    prepare = (home, key) => {
      const subject = pool.get(home, key);
      // an event is on its way to a list: the visit goes on
      if (subject.work === null && subject.inFlight === 0) queue.open(subject).visitEnded = true;
    };
    const partitionDeps: PartitionDeps = {
      versions: createSchemaVersions('behaviour-event'),
      // asked again by the partition, which may be given away meanwhile
      schemaText: (id) => registry.schema(id),
      items,
      pool,
      queue,
      onIdentify,
      background,
      clock,
      log,
      metrics,
      faultPoint,
      onUnchanged: deps.onUnchanged,
      dedupeWindow: options.dedupeWindow,
    };
    const from = { kafka, store, log, options };

    const onAssigned = async (assignment: Assignment): Promise<PartitionHandler> => {
      const { partition, topicId } = assignment;
      const { safe, answerFrom } = await findBeginning(from, assignment);
      const cleaner = createPartitionCleaner(partitionDeps, partition);
      await restoreCleaner(from, assignment, safe, cleaner);
      const lists = createLastLists();
      const home: Home = {
        partition,
        topicId,
        subjects: createKeyTable(),
        lists,
        open: new Set(),
        owed: new Set(),
        held: [],
        safe,
        next: safe,
        answerFrom,
        end: assignment.end,
        learned: false,
        readBack: false,
        closed: false,
      };
      const tail = await startListTail({
        kafka,
        clock,
        topic: options.listsTopic,
        partition,
        lists,
        visitGapMs: options.visitGapMs,
        isGone: (item) => catalogue.isGone(item),
        // what is folded silently was answered by others
        foldedBelow: () => Math.max(answerFrom, home.next),
        asksModels: (key) =>
          follower.line.inForce() !== null && !isReserved(key) && holdOut(key, options.holdOut) === 'models',
        owed: home.owed,
      });
      const learn = () => {
        if (home.learned || home.closed) return;
        home.learned = true;
        for (const held of home.held.splice(0)) queue.ready(held);
        shopLists.assigned(home);
      };
      // an unchanged list too many does less harm than a customer who waits for a partition of millions
      void clock.sleep(options.learnTimeoutMs, signal).then(learn, () => undefined);
      const readBack = () => {
        home.readBack = true;
        learn();
      };
      void tail.learned.then(readBack, (error: unknown) => log.error({ err: error, partition }, 'lists_not_read_back'));
      const ownedPartition = createOwnedPartition(partitionDeps, {
        assignment,
        home,
        cleaner,
        settled: loop.settled,
        onRelease: async () => {
          // a session that hung may end when the next one has the partition
          if (owned.get(partition)?.home === home) owned.delete(partition);
          metrics.lag.remove({ partition: String(partition) }); // which must not be told for ever
          await tail.close();
        },
      });
      owned.set(partition, { home, tail, partition: ownedPartition });
      await releases.assigned(home);
      log.info({ partition, safe, answerFrom, end: assignment.end }, 'partition_begun');
      return ownedPartition.handler;
    };

    await background.untilDone('the catalogue', () => catalogue.start());
    await background.untilDone('the snapshots', () => watchSnapshots());
    await background.untilDone('the releases', async () => {
      await follower.caughtUp;
      await releases.look();
    });
    const loops = [loop.run(signal), loader.run()];
    consumer = await background.untilDone('the broker', () =>
      kafka.consume({
        groupId: options.groupId,
        topic: options.eventsTopic,
        sessionTimeoutMs: options.sessionTimeoutMs,
        onAssigned,
      }),
    );
    background.every('commits', options.commitEveryMs, async () => {
      await Promise.all(Array.from(owned.values(), ({ partition }) => partition.commit()));
    });
    background.every('how far the store is', options.positionsEveryMs, async () => {
      await advanceSafe(from, homes());
      for (const home of homes()) pool.shrink(home);
    });
    background.every('snapshots', options.snapshotsEveryMs, () =>
      watchSnapshots((kind, hash) => {
        log.info({ kind, hash }, 'snapshot_in_force');
        shopLists.snapshotChanged(kind);
      }),
    );
    background.every('releases', RELEASES_EVERY_MS, async () => {
      await releases.look();
      metrics.releaseAge.set(releases.ageSeconds() ?? -1);
      metrics.releaseRefused.set(releases.isRefused() ? 1 : 0);
    });
    background.every('lists of the shop', 1000 / TICKS_PER_SECOND, () => shopLists.tick());
    background.every('owed lists', 1000 / OWED_TICKS, async () => owed.tick());
    background.every('sweeper', 1000 / SWEEPS_PER_SECOND, () => sweeper.tick());
    background.every('counts of lists', REPORT_EVERY_MS, createReportCounts({ store, clock, metrics }));
    background.every('gauges', 5000, async () => {
      metrics.states.set(pool.size);
      metrics.evicted.set(pool.evicted);
      metrics.waiting.set(queue.length() + loader.waiting());
      metrics.owed.set(homes().reduce((sum, { owed: keys }) => sum + keys.size, 0));
      let offsets: readonly PartitionOffsets[] = [];
      try {
        offsets = await kafka.admin.offsets(options.eventsTopic);
      } finally {
        for (const { partition, next } of homes()) {
          const end = offsets.find((each) => each.partition === partition)?.end;
          metrics.lag.set({ partition: String(partition) }, end === undefined ? -1 : Math.max(0, end - next));
        }
      }
    });
    return async () => {
      await consumer?.close();
      // together: who waits for a broker that is away to take something is freed by the producer's end alone
      await Promise.all([background.stop(), producer.close(), ...loops]);
      await follower.close();
      await releases.close();
    };
  };

  const working = work();
  working.catch((error: unknown) => {
    if (!signal.aborted) log.fatal({ err: error }, 'scorer_not_started');
  });
  addHealthChecks(deps.health, {
    waiting,
    catalogue,
    consumer: () => consumer,
    partitions: () => Array.from(owned.values(), ({ partition }) => partition),
    pool,
    release: () => releaseSwitch?.text() ?? 'not looked at yet',
  });
  return {
    started: working.then(
      () => undefined,
      (error: unknown) => {
        if (!signal.aborted) throw error;
      },
    ),
    close: async () => {
      const stop = consumer === undefined ? undefined : await working.catch(() => undefined);
      if (stop !== undefined) await stop();
      else await background.stop();
      await catalogue.close();
    },
  };
};
