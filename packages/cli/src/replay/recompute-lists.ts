/**
 * Published lists made again from what they name (law 6): the subject's events up to the trigger, the catalogue up to a
 * position, snapshots by their hashes, the release by its artifact, all of it with the serving code of packages/ranking.
 * Invariant: nothing else goes in, no clock, and neither the batch nor the number of threads changes a list.
 */
import type { Artifacts } from '@nextcart/artifacts';
import { type PublishedList, readPositions, type Store } from '@nextcart/clickhouse';
import {
  createItemIndex,
  isForNextVisit,
  type NextPurchase,
  type RecommendedItem,
  type ReleaseArtifact,
  STRANGERS_KEY,
  similarItemsKey,
  VISIT_KEY,
} from '@nextcart/contracts';
import { createHistoryView, isSignedIn, readHistory } from '@nextcart/events';
import {
  createModelMemory,
  defaultConfiguration,
  interleaveLists,
  momentOf,
  type Opinions,
  type Ranker,
  type RankingConfiguration,
  type ReleaseModels,
  recommIdOf,
  withoutDraws,
} from '@nextcart/ranking';
import { createCatalogueAt, parsePosition } from './catalogue-at.ts';
import { originOf } from './list-origin.ts';
import { createRankers } from './rankers.ts';
import { createReleasedModels } from './released-models.ts';
import { reasonOf } from './skipped.ts';
import { readTriggerStates, type TriggerState } from './trigger-states.ts';

export interface RecomputeDeps {
  readonly store: Store;
  /** Ids of the topics that the store's rows are of. */
  readonly topicIds: { readonly events: string; readonly catalog: string };
  readonly artifacts: Pick<Artifacts, 'folder'>;
  readonly artifactOf: (release: string) => ReleaseArtifact;
  readonly configuration?: RankingConfiguration;
  /** Lists that the models are asked for in one call, and threads of one call. */
  readonly batch: number;
  readonly threads: number;
}

/** A list made again, or why it was not. */
export interface Recomputed {
  readonly published: PublishedList;
  readonly skipped: string | null;
  /** Empty: there should be a tombstone. */
  readonly items: readonly RecommendedItem[];
  readonly nextPurchases: readonly NextPurchase[];
  /** Who drafted each place (ranking's teamText), of a list of two releases; else null. */
  readonly teams: string | null;
  readonly eventTime: number;
}

type Shown = Pick<Recomputed, 'items' | 'nextPurchases' | 'teams'>;
const NOTHING: Shown = { items: [], nextPurchases: [], teams: null };

export interface Recomputer {
  /** Lists of one partition, in their order. `releaseOf`: the release to make each by; absent: that which it names. */
  recompute(lists: readonly PublishedList[], releaseOf?: (list: PublishedList) => string): Promise<Recomputed[]>;
  close(): Promise<void>;
}

/** A list on its way. */
interface Task {
  readonly at: number;
  readonly list: PublishedList;
  readonly release: string;
  readonly position: readonly number[];
  readonly snapshots: Readonly<Record<string, string>>;
  readonly snapshotsText: string;
  /** Null for lists that are nobody's. */
  readonly trigger: TriggerState | null;
}

const ITEM_PREFIX = similarItemsKey('');
const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Together what shares a release, then snapshots; the catalogue goes forward within them. */
const byWork = (a: Task, b: Task): number => {
  const first = byText(a.release, b.release) || byText(a.snapshotsText, b.snapshotsText);
  if (first !== 0) return first;
  for (let p = 0; p < Math.max(a.position.length, b.position.length); p += 1) {
    const apart = (a.position[p] ?? 0) - (b.position[p] ?? 0);
    if (apart !== 0) return apart;
  }
  return a.at - b.at;
};

/** Of positions by partition, the lowest and the highest. */
const extremes = (positions: readonly (readonly number[])[]): { low: number[]; high: number[] } => {
  const width = Math.max(0, ...positions.map(({ length }) => length));
  const of = (least: (...values: number[]) => number) =>
    Array.from({ length: width }, (_, p) =>
      positions.reduce((best, each) => least(best, each[p] ?? 0), positions[0]?.[p] ?? 0),
    );
  return { low: of(Math.min), high: of(Math.max) };
};

export const createRecomputer = (deps: RecomputeDeps): Recomputer => {
  const { store, topicIds, batch, threads, configuration = defaultConfiguration } = deps;
  const index = createItemIndex();
  const catalogue = createCatalogueAt({ store, topicId: topicIds.catalog, index, configuration });
  const { features } = catalogue;
  const rankers = createRankers({ store, index, features, configuration });
  const models = createReleasedModels({
    ...{
      artifacts: deps.artifacts,
      artifactOf: deps.artifactOf,
      index,
      threads,
      batch,
      explained: configuration.explained,
    },
  });
  const views = Array.from({ length: batch }, createHistoryView);
  let stored: readonly number[] = [];

  /** Whether the store has the catalogue up to there; it is asked again only where it was not. */
  const hasCatalogue = async (position: readonly number[]): Promise<boolean> => {
    const has = () => position.every((next, partition) => next <= (stored[partition] ?? 0));
    if (has()) return true;
    const next: number[] = [];
    for (const each of await readPositions(store, 'catalog', topicIds.catalog)) next[each.partition] = each.next;
    stored = next;
    return has();
  };

  const rankOne = (
    ranker: Ranker,
    { list, trigger, position }: Task,
    opinions: Opinions | undefined,
    slot: number,
  ): Omit<Shown, 'teams'> => {
    catalogue.goTo(position);
    const { subject, eventTime } = list;
    if (trigger !== null) {
      if (isSignedIn(trigger.state)) return NOTHING; // looked after under the user's name
      const history = readHistory(trigger.state, views[slot] as (typeof views)[number]);
      const moment = momentOf(trigger.eventTime, isForNextVisit(list.snapshots));
      return ranker.rank([{ history, ...moment, ...(opinions && { opinions }) }])[0] ?? NOTHING;
    }
    // their time is that of the snapshots when they were made, and the list carries it
    if (subject === STRANGERS_KEY) return ranker.strangers(eventTime);
    const itemId = subject.slice(ITEM_PREFIX.length);
    return catalogue.has(itemId) ? ranker.similar(itemId, eventTime) : NOTHING;
  };

  const opine = async (models: ReleaseModels, asked: readonly Task[]): Promise<ReadonlyMap<Task, Opinions>> => {
    const said = await models.opine(
      asked.map(({ trigger }, slot) => ({
        history: readHistory((trigger as TriggerState).state, views[slot] as (typeof views)[number]),
        memory: createModelMemory(), // folded from its beginning, where the scorer went on from event to event
      })),
    );
    return new Map(asked.map((task, slot) => [task, said[slot] as Opinions]));
  };

  /** At most `batch` lists, of one release or drafted out of the same two. */
  const rankBatch = async (
    tasks: readonly Task[],
    from: readonly ReleaseModels[],
    answer: (task: Task, result: Omit<Recomputed, 'published'>) => void,
  ) => {
    const asked = tasks.filter(({ trigger }) => trigger !== null);
    const said: ReadonlyMap<Task, Opinions>[] = [];
    for (const models of from) said.push(await opine(models, asked));
    const shownBy = async (at: number, task: Task, slot: number) =>
      rankOne(await rankers.of(task.snapshots, from[at]?.weights), task, said[at]?.get(task), slot);
    for (const [slot, task] of tasks.entries())
      try {
        const first = await shownBy(0, task, slot);
        const { items, teams } =
          from.length === 2 && task.trigger !== null
            ? interleaveLists(first.items, (await shownBy(1, task, slot)).items, recommIdOf(originOf(task.list)))
            : { ...first, teams: null };
        const { nextPurchases } = first;
        const eventTime = task.trigger?.eventTime ?? task.list.eventTime;
        answer(task, { skipped: null, items, nextPurchases, teams, eventTime });
      } catch (error) {
        answer(task, { skipped: reasonOf(error), ...NOTHING, eventTime: 0 });
      }
  };

  const recompute: Recomputer['recompute'] = async (lists, releaseOf = ({ release }) => release) => {
    const results = new Array<Recomputed>(lists.length);
    const skip = (at: number, skipped: string) =>
      void (results[at] = { published: lists[at] as PublishedList, skipped, ...NOTHING, eventTime: 0 });
    if (lists.length === 0) return results;
    const partition = (lists[0] as PublishedList).partition;
    const triggers = await readTriggerStates({ store, topicId: topicIds.events, index }, partition, lists);
    const tasks: Task[] = [];
    for (const [at, list] of lists.entries()) {
      const position = parsePosition(list.catalogPosition);
      const trigger = triggers[at] as TriggerState | null;
      if (list.triggerOffset >= 0 && trigger === null) skip(at, 'its trigger has no row');
      else if (!(await hasCatalogue(position))) skip(at, 'the catalogue that it names has no rows yet');
      else {
        const { [VISIT_KEY]: _, ...snapshots } = withoutDraws(list.snapshots);
        const snapshotsText = JSON.stringify(snapshots);
        tasks.push({ at, list, release: releaseOf(list), position, snapshots, snapshotsText, trigger });
      }
    }
    const { low, high } = extremes(tasks.map(({ position }) => position));
    await catalogue.cover(low, high);
    tasks.sort(byWork);
    for (let first = 0; first < tasks.length; ) {
      const { release } = tasks[first] as Task;
      let end = first + 1;
      while (end < tasks.length && end - first < batch && tasks[end]?.release === release) end += 1;
      const some = tasks.slice(first, end);
      try {
        await rankBatch(some, await models.of(release), ({ at }, result) => {
          results[at] = { published: lists[at] as PublishedList, ...result };
        });
      } catch (error) {
        const reason = reasonOf(error);
        for (const { at } of some) skip(at, reason);
      }
      first = end;
    }
    return results;
  };
  return { recompute, close: () => models.close() };
};
