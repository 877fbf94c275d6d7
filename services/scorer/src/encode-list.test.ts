import { readFileSync } from 'node:fs';
import {
  type CatalogItem,
  categoryText,
  createCodec,
  isForNextVisit,
  listSources,
  MAX_UNITS,
  type RecommendationList,
  schemaText,
  VISIT_ENDED,
  VISIT_KEY,
  wireEncode,
} from '@nextcart/contracts';
import { defaultLimits, MAX_CATEGORY_LEVELS } from '@nextcart/events';
import { MAX_RECORD_BYTES } from '@nextcart/kafka';
import { expect, test } from 'vitest';
import { createListEncoder } from './encode-list.ts';
import { createItemBytes } from './item-bytes.ts';
import { clearMark, createListMark, hashText, type ListMark, markBreak, markItem } from './list-mark.ts';
import { createListHead, createListReader } from './read-list-head.ts';

/** Park and Miller's generator: the same lists at every run. */
const generator = (seed: number) => {
  let state = seed;
  return (below: number): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
};
const texts = ['', 'a', 'i42', 'Kaffee für zwei ☕', 'it\'s "quoted"', 'x'.repeat(21), 'y'.repeat(22), 'ü'.repeat(500)];

const randomList = (seed: number): { list: RecommendationList; catalog: Map<string, CatalogItem> } => {
  const below = generator(seed);
  const text = () => texts[below(texts.length)] as string;
  const catalog = new Map<string, CatalogItem>();
  const items = Array.from({ length: below(60) }, (_, at) => {
    const itemId = `${text()}${at}`;
    const item = {
      title: text(),
      category: Array.from({ length: below(4) }, text),
      price: below(3) === 0 ? null : BigInt(below(2_000_000_000)) * BigInt(below(40_000)),
      currency: below(3) === 0 ? null : 'EUR',
    } as CatalogItem;
    if (below(5) > 0) catalog.set(itemId, item);
    const known = catalog.get(itemId);
    return {
      itemId,
      score: below(1_000_000) / 1e6,
      source: listSources[below(listSources.length)] as RecommendationList['items'][number]['source'],
      title: known?.title ?? '',
      category: categoryText(known?.category ?? []),
      price: known?.price ?? null,
      currency: known?.currency ?? null,
      reasons: Array.from({ length: below(4) }, () => ({ kind: text(), subject: text(), weight: below(100) / 100 })),
    };
  });
  const time = () => 1_700_000_000_000 + below(1e9);
  const list = {
    subject: text(),
    recommId: text(),
    items,
    release: ['untrained', 'one', 'untrained+one'][seed % 3] as string,
    snapshots: {
      ...Object.fromEntries(Array.from({ length: below(4) }, (_, at) => [`kind ${at}`, text()])),
      ...(seed % 4 === 1 && { [VISIT_KEY]: VISIT_ENDED }),
    },
    catalogPosition: '17,4',
    partition: below(300),
    triggerOffset: below(3) === 0 ? -1 : below(3) * 2 ** 40 + below(1e9),
    eventTime: time(),
    appendedAt: time(),
    receivedAt: time(),
    stateAt: time(),
    scoredAt: time(),
    publishedAt: time(),
    expiresAt: below(3) === 0 ? below(100) : time(),
    nextPurchases: Array.from({ length: below(6) }, (_, at) => ({
      itemId: `${text()}${at}`,
      probability: below(100) / 100,
    })),
  };
  return { list, catalog };
};
const encoded = (seed: number) => {
  const { list, catalog } = randomList(seed);
  const encoder = createListEncoder({ schemaId: 513 });
  const itemBytes = createItemBytes((id) => catalog.get(id));
  const body = encoder.draft(
    list,
    list.items.map(({ itemId }) => itemBytes(itemId)),
    list.nextPurchases.map(({ itemId }) => itemBytes(itemId)),
  );
  const value = encoder.finish(body, list.publishedAt, list.expiresAt);
  return { list, value };
};

test('a list is encoded to the bytes that avsc makes of it', () => {
  const codec = createCodec<RecommendationList>(schemaText('recommendation-list'));
  for (let seed = 1; seed <= 300; seed += 1) {
    const { list, value } = encoded(seed);
    expect(value.equals(wireEncode(513, codec.encode(list))), `seed ${seed}`).toBe(true);
  }
});

test('fifty items of the longest texts that a catalogue and searches may have are a record that producers take', () => {
  const { itemId, title, category, query, currency } = defaultLimits.byPath as Record<string, number>;
  const long = (bytes: number | undefined, first = 'x') => first.padEnd(bytes as number, 'x');
  const { list } = randomList(1);
  const item = {
    ...{ title: long(title), category: Array(MAX_CATEGORY_LEVELS).fill(long(category)), currency: long(currency) },
    price: MAX_UNITS,
  } as unknown as CatalogItem;
  const reasons = Array(3).fill({ kind: 'searched', subject: long(query), weight: 1 });
  const items = Array.from({ length: 50 }, () => ({ score: 1, source: 'content' as const, reasons }));
  const itemBytes = createItemBytes(() => item);
  const draft = createListEncoder({ schemaId: 1 }).draft(
    { ...list, items, nextPurchases: [] },
    items.map((_, at) => itemBytes(long(itemId, `${at}`))),
    [],
  );
  expect(draft.bytes.length).toBeGreaterThan(50 * 3 * 2000);
  expect(draft.bytes.length).toBeLessThan(MAX_RECORD_BYTES);
});

test('a list that changed in the catalogue is encoded anew', () => {
  let title = 'old';
  const records = new Map<string, CatalogItem>();
  const itemBytes = createItemBytes((id) => records.get(id));
  const put = () => records.set('a', { title, category: [], price: null, currency: null } as unknown as CatalogItem);
  put();
  const before = itemBytes('a').facts;
  expect(itemBytes('a').facts).toBe(before);
  title = 'new';
  put();
  expect(itemBytes('a').facts.toString()).toContain('new');
});

const markList = (mark: ListMark, { items, nextPurchases }: Pick<RecommendationList, 'items' | 'nextPurchases'>) => {
  clearMark(mark);
  for (const { itemId } of items) markItem(mark, hashText(itemId));
  if (nextPurchases.length > 0) markBreak(mark);
  for (const { itemId } of nextPurchases) markItem(mark, hashText(itemId));
  return mark;
};

test('what is read back of a list is its trigger, its expiry, its visit, whether models made it and the mark of its items', () => {
  const read = createListReader();
  const mark = createListMark();
  const head = createListHead();
  for (let seed = 1; seed <= 300; seed += 1) {
    const { list, value } = encoded(seed);
    markList(mark, list);
    expect(read(value, head), `seed ${seed}`).toBe(true);
    expect(head).toEqual({
      mark,
      triggerOffset: list.triggerOffset,
      expiresAt: list.expiresAt,
      forVisitOf: isForNextVisit(list.snapshots) || list.triggerOffset < 0 ? Infinity : list.receivedAt,
      showsGone: false,
      byModels: list.release !== 'untrained',
    });
  }
});

test('bytes that end early are no list, wherever they end, and nothing is thrown', () => {
  const read = createListReader();
  const head = createListHead();
  const { list, value } = encoded(7);
  const taken = Array.from(value.keys()).filter((size) => read(value.subarray(0, size), head));
  // but for one that ends where the first version did
  const codec = createCodec<RecommendationList>(schemaText('recommendation-list'));
  const behind = codec.encode(list).length - codec.encode({ ...list, nextPurchases: [] }).length + 1;
  expect(taken).toEqual([value.length - behind]);
  const below = generator(11);
  for (let round = 0; round < 5000; round += 1) {
    const broken = Buffer.from(value);
    broken[below(broken.length)] = below(256);
    read(broken, head); // throws where it must not
  }
});

test('a list that shows an item which is gone is told when it is read back', () => {
  const { list, value } = encoded(3);
  const gone = hashText(list.items[1]?.itemId as string).low;
  const head = createListHead();
  createListReader(({ low }) => low === gone)(value, head);
  expect(head.showsGone).toBe(true);
  const nextGone = hashText(list.nextPurchases[0]?.itemId as string).low;
  createListReader(({ low }) => low === nextGone)(value, head);
  expect(head.showsGone).toBe(true);
  createListReader(() => false)(value, head);
  expect(head.showsGone).toBe(false);
});

test('a list of the first version is read back as one without next purchases', () => {
  const first = readFileSync(new URL('../../../schemas/released/recommendation-list.v1.avsc', import.meta.url), 'utf8');
  const { list } = encoded(3);
  const { nextPurchases, ...fields } = list;
  expect(nextPurchases.length).toBeGreaterThan(0);
  const value = wireEncode(1, createCodec<Omit<RecommendationList, 'nextPurchases'>>(first).encode(fields));
  const head = createListHead();
  expect(createListReader()(value, head)).toBe(true);
  expect(head.mark).toEqual(markList(createListMark(), { items: list.items, nextPurchases: [] }));
});
