import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BehaviourEvent, type CatalogItem, createItemIndex, eventTypes, subjectOf } from '@nextcart/contracts';
import { createShop } from '@nextcart/datasets';
import { createHistoryView, createSubjectState, foldEvent, readHistory, type SubjectState } from '@nextcart/events';
import { openArtifact } from '@nextcart/models';
import {
  createCatalogFeatures,
  createModelMemory,
  createParts,
  createRanker,
  defaultConfiguration,
  type ModelMemory,
  openReleaseModels,
  type ReleaseModels,
} from '@nextcart/ranking';
import { collectSeldom } from '@nextcart/runtime';
import { selfMicros } from '../harness/cpu.ts';
import { writeUntrained } from '../harness/untrained-release.ts';
import { takeEvents } from '../ingest/fill-topic.ts';
import { makeSnapshots } from './make-snapshots.ts';
import type { RankResult } from './results.ts';

/**
 * A process of its own for each size: lists of the simulated shop's most recent subjects by all parts, over snapshots of
 * the shop's own events, as the scorer makes them; with the opinions
 * of a release's models where they are asked for.
 */
collectSeldom(); // as the scorer does
const itemCount = Number(process.argv[2]);
const lists = Number(process.argv[3]);
/** 1: with the models of a release in force. */
const isNeural = process.argv[4] === '1';
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

const openModels = async (): Promise<ReleaseModels> => {
  const folder = await mkdtemp(join(tmpdir(), 'nextcart-scale-'));
  try {
    const items = catalog.map(({ itemId }) => itemId);
    await writeUntrained(join(folder, 'untrained'), { releaseId: 'untrained', items, seed: 1 });
    const artifact = await openArtifact(join(folder, 'untrained'));
    const { explained } = defaultConfiguration;
    return await openReleaseModels(artifact, { index, threads: 1, batch: BATCH, explained, nextPurchases: true });
  } finally {
    await rm(folder, { recursive: true });
  }
};

const models = isNeural ? await openModels() : undefined;
const ranker = createRanker({
  parts: createParts({ index, features, snapshots: makeSnapshots(events) }),
  index,
  features,
  modelWeights: models?.weights,
});
const now = events.at(-1)?.eventTime ?? START_MS;
const subjects = [...states.values()].slice(-SUBJECTS);
const memories = subjects.map(createModelMemory);
const views = Array.from({ length: BATCH }, createHistoryView);

const rank = async (wanted: number, from: number): Promise<void> => {
  for (let made = 0; made < wanted; made += BATCH) {
    const asked = views.map((view, at) => {
      const chosen = (from + made + at) % subjects.length;
      const history = readHistory(subjects[chosen] as SubjectState, view);
      return { history, now, memory: memories[chosen] as ModelMemory };
    });
    const opinions = await models?.opine(asked);
    ranker.rank(
      asked.map(({ history }, at) => {
        const own = opinions?.[at];
        return own === undefined ? { history, now } : { history, now, opinions: own };
      }),
    );
  }
};
await rank(lists / 2, 0); // compiled, and the content part's rows are there for what people look at
let micros = 0;
for (let made = 0; made < lists; made += SUBJECTS / 10) {
  const before = selfMicros();
  await rank(SUBJECTS / 10, made);
  micros += selfMicros() - before;
  process.send?.({ done: made, total: lists });
}
const result: RankResult = { microsPerList: micros / lists, residentBytes: process.memoryUsage.rss() };
process.send?.({ result });
await models?.close();
process.disconnect?.();
