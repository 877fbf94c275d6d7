import { setImmediate as nextTurn } from 'node:timers/promises';
import { createItemIndex, eventTypes } from '@nextcart/contracts';
import { createCatalogState, foldEvent, type SubjectState } from '@nextcart/events';
import type { OutgoingRecord } from '@nextcart/kafka';
import { createCatalogFeatures, defaultConfiguration } from '@nextcart/ranking';
import { createLogger, createMetrics } from '@nextcart/runtime';
import { afterEach, expect, test } from 'vitest';
import { createEngine } from './engine.ts';
import { homeOf, warm } from './home.fixture.ts';
import { createPublisher } from './publisher.ts';
import { createScorerMetrics } from './scorer-metrics.ts';
import { createScoringLoop } from './scoring-loop.ts';
import { answeredBelow, createSubject } from './subject.ts';
import { createWorkQueue } from './work-queue.ts';

const BATCH = 4;
const EVERY_MS = { least: 6, most: 16 };

let ended = new AbortController();
afterEach(() => {
  ended.abort();
  ended = new AbortController();
});

/** A loop over customers who looked at something, in a shop without a catalogue: a list that is forced is a tombstone. */
const loopOf = () => {
  const index = createItemIndex();
  const features = createCatalogFeatures({ index, catalog: { item: () => undefined } });
  const engine = createEngine({ index, features, configuration: defaultConfiguration });
  const state = createCatalogState();
  let now = 0;
  const rests: number[] = [];
  const told: number[] = [];
  let onNow: () => void = () => undefined;
  let atSend: (records: readonly OutgoingRecord[]) => Promise<void> | void = () => undefined;
  const clock = {
    now: () => {
      onNow();
      return now;
    },
    monotonic: () => now,
    sleep: async (ms: number) => {
      rests.push(ms);
      now += ms;
    },
  };
  const queue = createWorkQueue({ needsState: () => undefined });
  const options = {
    modelsWithinMs: Number.POSITIVE_INFINITY,
    ...{ batchSize: BATCH, batchEveryMs: EVERY_MS, visitGapMs: 1000 },
    ...{ holdOut: { share: 0, salt: '' }, listsTopic: 'lists', listTtlMs: 1000 },
  };
  const loop = createScoringLoop({
    ...{ queue, engine, clock, options, faultPoint: () => undefined },
    publisher: createPublisher({
      ...{ engine, clock, options, schemaId: 1 },
      catalogue: { state, features, item: () => undefined, isGone: () => false },
    }),
    sender: {
      send: async (records) => {
        await atSend(records);
        return true;
      },
    },
    log: createLogger('scorer', 'silent'),
    metrics: createScorerMetrics(createMetrics('scorer')),
    onUnchanged: (_, offset) => void told.push(offset),
  });
  const home = homeOf();
  let offset = 0;
  /** Somebody looks at something and waits for a list. */
  const ask = (forced = false, subject = warm(createSubject(`user ${offset}`, home))) => {
    foldEvent(
      subject.state as SubjectState,
      {
        ...{ offset, eventTime: 1, type: eventTypes.indexOf('view'), itemIndex: index.add('lamp') },
        ...{ query: null, sessionId: null, userId: null, events: null },
      },
      index,
    );
    const work = queue.open(subject);
    work.triggers.push(offset, 0);
    work.forced = forced;
    offset += 1;
    home.next = offset;
    return subject;
  };
  void loop.run(ended.signal);
  return {
    ...{ ask, told, rests, home, queue },
    pass: (ms: number) => void (now += ms),
    onNow: (call: () => void) => (onNow = call),
    atSend: (call: typeof atSend) => (atSend = call),
  };
};

/** Until the loop has done what it can. */
const idle = async () => {
  for (let turns = 0; turns < 5; turns += 1) await nextTurn();
};

test('batches stand apart, behind a lone list half as far, and one that is full does not wait', async () => {
  const { ask, told, rests } = loopOf();
  ask();
  await idle();
  expect(rests).toEqual([]);
  ask();
  ask();
  await idle();
  expect(rests).toEqual([EVERY_MS.least / 2]);
  ask();
  await idle();
  expect(rests).toEqual([EVERY_MS.least / 2, EVERY_MS.least]);
  for (let some = 0; some < BATCH; some += 1) ask();
  await idle();
  expect(rests).toEqual([EVERY_MS.least / 2, EVERY_MS.least]);
  expect(told).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});

test('the longer a batch took, the longer until the next, up to the most', async () => {
  const { ask, rests, pass, onNow } = loopOf();
  const takes = (ms: number) =>
    onNow(() => {
      onNow(() => undefined);
      pass(ms);
    });
  for (const ms of [5, 7, 9]) {
    takes(ms);
    ask();
    ask();
    await idle();
  }
  ask();
  await idle();
  // by its beginning: what it took is over
  expect(rests).toEqual([2 * 5 - 5, 2 * 7 - 7, EVERY_MS.most - 9]);
});

test('what was written before leaves before a batch is made, and what is made leaves in the same turn', async () => {
  const { ask, onNow, atSend } = loopOf();
  const order: string[] = [];
  // the first clock that a batch reads is that of its making
  onNow(() => {
    order.push('made');
    onNow(() => undefined);
    setImmediate(() => order.push('the turn after'));
  });
  atSend((records) => void order.push(...records.map(({ key }) => `sent to ${String(key)}`)));
  ask(true);
  setImmediate(() => order.push('the turn before'));
  await idle();
  expect(order).toEqual(['the turn before', 'made', 'sent to user 0', 'the turn after']);
});

test('an event that a list on its way leaves nothing to do for is not answered before that list is out', async () => {
  const { ask, told, home, queue, atSend } = loopOf();
  const sent = Promise.withResolvers<void>();
  atSend(() => sent.promise);
  const user = ask();
  await idle();
  queue.open(user).forced = true; // the sweeper asks: no trigger holds the commit
  await idle();
  ask(false, user);
  await idle();
  expect(told).toEqual([0, 1]);
  // a process that dies here would leave the log without the list, and the next owner would not make it
  expect(answeredBelow(home)).toBe(1);
  sent.resolve();
  await idle();
  expect(answeredBelow(home)).toBe(2);
});
