import { eventTypes, type SubjectHistory } from '@nextcart/contracts';
import { expect, test } from 'vitest';
import { CATEGORY, createNamingColumns, ITEM, WORD } from './naming-columns.ts';

const searching = (query: string): SubjectHistory => ({
  ...{ subject: 'u', count: 1, length: 1, items: Int32Array.of(-1), times: Float64Array.of(0) },
  types: Uint8Array.of(eventTypes.indexOf('search')),
  ...{ offsets: Float64Array.of(0), sessions: Int32Array.of(0), queries: [query] },
});
const named = (subjects: readonly (readonly [query: string, items: readonly number[]])[]) => {
  const texts = [{ id: 'i0', title: 'Green tea', category: ['Food', 'Tea'] }];
  const columns = createNamingColumns(['i0', 'i1'], texts);
  for (const [query, items] of subjects) columns.add(searching(query), Int32Array.from(items));
  const { rows, groups } = columns.end();
  const labelOf = (column: number) =>
    groups.flatMap(({ kind, start, labels }) => {
      const label = labels[column - start];
      return label === undefined ? [] : [`${kind} ${label}`];
    });
  return subjects.map((_, row) =>
    [...rows.columns.subarray(rows.rowStart[row], rows.rowStart[row + 1])].flatMap(labelOf).sort(),
  );
};

test('a subject has its items, all levels of their categories and the words of its searches, each once', () => {
  const tea = [`${CATEGORY} Food`, `${CATEGORY} Food > Tea`, `${ITEM} Green tea`, `${WORD} cafe`];
  expect(
    named([
      ['Café café', [0]],
      ['cafe', [0, 1]],
      ['cafe', [0, 1]],
      ['', [1]],
    ]),
  ).toEqual([tea, [...tea, `${ITEM} i1`].sort(), [...tea, `${ITEM} i1`].sort(), [`${ITEM} i1`]]);
});

test('what two people have names nothing', () => {
  expect(
    named([
      ['mug', [0]],
      ['mug', [0]],
      ['mug clup', [1]],
      ['clup', []],
    ]),
  ).toEqual([[`${WORD} mug`], [`${WORD} mug`], [`${WORD} mug`], []]);
});
