import { type BehaviourEvent, type CatalogItem, createItemIndex, eventTypes, subjectOf } from '@nextcart/contracts';
import { createShop } from '@nextcart/datasets';
import { createHistoryView, createSubjectState, foldEvent, readHistory, type SubjectState } from '@nextcart/events';
import { createCatalogFeatures, createParts, createRanker } from '@nextcart/ranking';
import { selfMicros } from '../harness/cpu.ts';
import { takeEvents } from '../ingest/fill-topic.ts';
import { makeSnapshots } from './make-snapshots.ts';
import type { RankResult } from './results.ts';

/**
 * A process of its own for each size: lists of the simulated shop's most recent subjects by all parts, over snapshots of
 * the shop's own events, as the scorer makes them.
 */
const itemCount = Number(process.argv[2]);
const lists = Number(process.argv[3]);
const EVENTS = 300_000; // what the features service makes its graphs from
const USERS = 100_000;
const SUBJECTS = 2000;
const BATCH = 8;
const START_MS = 1_767_225_600_000; // 2026-01-01

const shop = createShop({
  seed: 7,
  users: USERS,
  items: itemCount,
  startAt: START_MS,
  eventsPerSecond: 100,
  dirt: false,
});
const index = createItemIndex();
const catalog: CatalogItem[] = [];
for await (const { item } of shop.catalog()) if (item !== undefined) catalog[index.add(item.itemId)] = item;
const features = createCatalogFeatures({ index, catalog: { item: (at) => catalog[at] } });
catalog.forEach((_, at) => features.refresh(at));

const events = takeEvents(shop.records(0), EVENTS).flatMap(({ event }): BehaviourEvent[] => (event ? [event] : []));
const states = new Map<string, SubjectState>();
events.forEach((event, offset) => {
  const subject = subjectOf(event);
  if (subject === null) return;
  const state = states.get(subject) ?? createSubjectState(subject);
  states.delete(subject); // to the end of the map's order: the newest are asked for
  states.set(subject, state);
  const { eventTime, query, sessionId, userId, itemId } = event;
  const itemIndex = itemId === null ? -1 : index.add(itemId);
  const type = eventTypes.indexOf(event.eventType);
  foldEvent(state, { offset, eventTime, type, itemIndex, query, sessionId, userId, events: null }, index);
});

const ranker = createRanker({
  parts: createParts({ index, features, snapshots: makeSnapshots(events) }),
  index,
  features,
});
const now = events.at(-1)?.eventTime ?? START_MS;
const subjects = [...states.values()].slice(-SUBJECTS);
const views = Array.from({ length: BATCH }, createHistoryView);

const rank = (wanted: number, from: number): void => {
  for (let made = 0; made < wanted; made += BATCH)
    ranker.rank(
      views.map((view, at) => {
        const state = subjects[(from + made + at) % subjects.length] as SubjectState;
        return { history: readHistory(state, view), now };
      }),
    );
};
rank(lists / 2, 0); // compiled, and the content part's rows are there for what people look at
let micros = 0;
for (let made = 0; made < lists; made += SUBJECTS / 10) {
  const before = selfMicros();
  rank(SUBJECTS / 10, made);
  micros += selfMicros() - before;
  process.send?.({ done: made, total: lists });
}
const result: RankResult = { microsPerList: micros / lists, residentBytes: process.memoryUsage.rss() };
process.send?.({ result });
process.disconnect();
