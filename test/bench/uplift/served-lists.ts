/**
 * Lists by the serving code in this process: folds of packages/events, rankers of packages/ranking. A list is a function of
 * the log (law 6), so it does not matter that no broker is between. As the scorer does it: an impression makes no list, an
 * identify takes the visitor's list away and answers with the record of the visitor's history, lists are made again whose
 * visit has ended, that show what is gone or are about to run out, and after another release or snapshot with the next
 * event.
 */
import {
  type BehaviourEvent,
  type CatalogItem,
  createItemIndex,
  eventTypes,
  type ItemIndex,
  type SnapshotPayloads,
  subjectOf,
} from '@nextcart/contracts';
import {
  type CatalogState,
  createCatalogState,
  createHistoryEvent,
  createHistoryView,
  createSubjectState,
  foldEvent,
  isSignedIn,
  lastOffset,
  readHistory,
  type SubjectState,
} from '@nextcart/events';
import {
  createAssembly,
  createCatalogFeatures,
  createModelMemory,
  inOrder,
  type ModelMemory,
  momentOf,
  namedSnapshots,
  type RankedKind,
  type RankingConfiguration,
  type ReleaseModels,
  recommIdOf,
  UNTRAINED,
  visitEndOf,
} from '@nextcart/ranking';
import { PARTITION, TOPIC_ID } from './stored-log.ts';

interface Subject {
  readonly state: SubjectState;
  readonly memory: ModelMemory;
  /** Event time of the newest event, epoch ms. */
  now: number;
  list: { readonly recommId: string; readonly trigger: number; readonly items: readonly string[] } | undefined;
  /** By the shop's clock, epoch ms. */
  madeAt: number;
}

export const BATCH = 32;

export interface ServedLists {
  readonly index: ItemIndex;
  readonly catalog: CatalogState;
  current(subject: string): Subject['list'];
  /** Offset of the newest event that a subject's list knows; -1 without one. */
  triggerOf(subject: string): number;
  /** Folds an event at its offset; resolves when lists are made. `append` puts what answers it into the log. */
  take(event: BehaviourEvent, offset: number, append: (event: BehaviourEvent) => number): Promise<void>;
  takeItem(item: CatalogItem, offset: number, at: number): Promise<void>;
  /** Makes the lists for the next visit of those whose last one has ended by a time. */
  endVisits(at: number): Promise<void>;
  /** Makes lists again that are older than a time. */
  renew(before: number, at: number): Promise<void>;
  use<K extends RankedKind>(kind: K, snapshot: { readonly hash: string; readonly payload: SnapshotPayloads[K] }): void;
  /** Closes those before. */
  useModels(models: ReleaseModels): Promise<void>;
  close(): Promise<void>;
}

const mayBeShown = ({ hidden, stock }: CatalogItem): boolean => !hidden && (stock === null || stock > 0);

export const createServedLists = (configuration: RankingConfiguration): ServedLists => {
  const index = createItemIndex();
  const catalog = createCatalogState();
  const features = createCatalogFeatures({
    ...{ index, configuration },
    catalog: { item: (at) => catalog.get(index.id(at))?.item },
  });
  const assembly = createAssembly({ index, features, configuration });
  const parts = assembly.plain();
  const subjects = new Map<string, Subject>();
  /** Those who did something, in the order of its time; who did something since stands there again. */
  const visitors: { readonly subject: Subject; readonly end: number }[] = [];
  const views = Array.from({ length: BATCH }, createHistoryView);
  let models: ReleaseModels | null = null;
  let snapshots: Readonly<Record<string, string>> = {};
  let ranker = assembly.ranker(parts);
  const build = () => {
    ranker = assembly.ranker(parts, models?.weights);
  };

  const rankSome = async (some: readonly Subject[], at: number) => {
    const requests = some.map(({ state, now }, row) => ({
      history: readHistory(state, views[row] as (typeof views)[number]),
      ...momentOf(now, visitEndOf(now) <= at),
    }));
    const opinions = await models?.opine(
      requests.map(({ history }, row) => ({ history, memory: (some[row] as Subject).memory })),
    );
    const lists = ranker.rank(
      requests.map((request, row) => {
        const own = opinions?.[row];
        return own === undefined ? request : { ...request, opinions: own };
      }),
    );
    const origin = { release: models?.release ?? UNTRAINED, catalogPosition: catalog.positionText() };
    some.forEach((subject, row) => {
      const { state } = subject;
      const trigger = lastOffset(state);
      const named = { ...origin, snapshots: namedSnapshots(snapshots, requests[row]?.visitEnded === true) };
      const made = { ...named, partition: PARTITION, triggerOffset: trigger, subject: state.subject };
      subject.list = {
        ...{ recommId: recommIdOf(made), trigger },
        items: (lists[row]?.items ?? []).map(({ itemId }) => itemId),
      };
      subject.madeAt = at;
    });
  };
  const rank = async (wanted: readonly Subject[], at: number) => {
    for (let start = 0; start < wanted.length; start += BATCH) await rankSome(wanted.slice(start, start + BATCH), at);
  };

  const subjectFor = (key: string): Subject => {
    const known = subjects.get(key);
    if (known !== undefined) return known;
    const subject: Subject = {
      ...{ state: createSubjectState(key), memory: createModelMemory(), now: 0, list: undefined, madeAt: 0 },
    };
    subjects.set(key, subject);
    return subject;
  };

  const fold = (event: BehaviourEvent, offset: number): Subject => {
    const { eventTime, eventType, itemId, query, sessionId, userId, properties } = event;
    const subject = subjectFor(subjectOf(event) as string);
    const of = { offset, eventTime, type: eventTypes.indexOf(eventType), query, sessionId, userId };
    const itemIndex = itemId === null ? -1 : index.add(itemId);
    if (!foldEvent(subject.state, { ...of, itemIndex, events: properties['events'] ?? null }, index)) return subject;
    subject.now = eventTime;
    visitors.push({ subject, end: visitEndOf(eventTime) });
    return subject;
  };

  return {
    ...{ index, catalog },
    current: (key) => subjects.get(key)?.list,
    triggerOf: (key) => subjects.get(key)?.list?.trigger ?? -1,
    take: async (event, offset, append) => {
      const subject = fold(event, offset);
      const { eventType, eventTime, userId } = event;
      if (eventType === 'impression') return;
      if (!isSignedIn(subject.state)) return rank([subject], eventTime);
      subject.list = undefined;
      const identify = { topicId: TOPIC_ID, partition: PARTITION, offset };
      const history = createHistoryEvent({
        ...{ state: subject.state, items: index, userId: userId as string, identify, eventTime },
      });
      return rank([fold(history, append(history))], eventTime);
    },
    takeItem: async (item, offset, at) => {
      catalog.fold(PARTITION, offset, item.itemId, item);
      features.refresh(index.add(item.itemId));
      if (mayBeShown(item)) return;
      await rank(
        [...subjects.values()].filter(({ list }) => list?.items.includes(item.itemId)),
        at,
      );
    },
    endVisits: async (at) => {
      const some: Subject[] = [];
      for (let next = visitors[0]; next !== undefined && next.end <= at; next = visitors[0]) {
        visitors.shift();
        const { subject, end } = next;
        if (subject.list !== undefined && visitEndOf(subject.now) === end && !some.includes(subject))
          some.push(subject);
      }
      await rank(some, at);
    },
    renew: (before, at) =>
      rank(
        [...subjects.values()].filter(({ list, madeAt }) => list !== undefined && madeAt < before),
        at,
      ),
    use: (kind, { hash, payload }) => {
      const part = assembly.part(kind, payload);
      parts.set(part.source, part);
      snapshots = inOrder({ ...snapshots, [kind]: hash });
      build();
    },
    useModels: async (next) => {
      const before = models;
      models = next;
      build();
      await before?.close();
    },
    close: async () => models?.close(),
  };
};
