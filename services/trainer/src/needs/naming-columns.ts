/** What a subject looked at as columns that needs are named by: categories, search words, items; which, not how often. */
import type { ItemText } from '@nextcart/clickhouse';
import { categoryText, createItemIndex, eventTypes, type SubjectHistory } from '@nextcart/contracts';
import { type ColumnGroup, type SparseRows, words } from '@nextcart/models';

const SEARCH = eventTypes.indexOf('search');

export const CATEGORY = 'category';
export const WORD = 'word';
export const ITEM = 'item';

/** Columns of fewer subjects tell of them, not of a need: a word misspelt once by somebody extreme would name it. */
const LEAST_SUBJECTS = 3;
const LEAST_SHARE = 0.0005;

export interface NamingColumns {
  /** A row for a subject with this bag of items. */
  add(history: SubjectHistory, items: Int32Array): void;
  /** [subjects, columns], without what hardly anybody has, and what the columns are. */
  end(): { readonly rows: SparseRows; readonly groups: readonly ColumnGroup[] };
}

/** Items by their numbers; one that the catalogue does not have is called by its id. */
export const createNamingColumns = (itemIds: readonly string[], texts: readonly ItemText[]): NamingColumns => {
  const textOf = new Map(texts.map((text) => [text.id, text]));
  const categories = createItemIndex();
  const categoriesOf = itemIds.map((id) => {
    const path = textOf.get(id)?.category ?? [];
    return path.map((_, level) => categories.add(categoryText(path.slice(0, level + 1))));
  });
  // items and categories are known from the start, words come as they are seen
  const firstCategory = itemIds.length;
  const firstWord = firstCategory + categories.size;
  const known = createItemIndex();
  const rowStart = [0];
  const columns: number[] = [];
  return {
    add: (history, items) => {
      const row = new Set<number>(items);
      for (const item of items)
        for (const category of categoriesOf[item] as number[]) row.add(firstCategory + category);
      for (let at = 0; at < history.length; at += 1)
        if (history.types[at] === SEARCH)
          for (const word of words(history.queries[at] ?? '')) row.add(firstWord + known.add(word));
      for (const column of row) columns.push(column);
      rowStart.push(columns.length);
    },
    end: () => ({
      rows: withoutRare(Int32Array.from(rowStart), Int32Array.from(columns)),
      // in the order of a name: what it is about, how people ask for it, what stands for it
      groups: [
        { kind: CATEGORY, start: firstCategory, labels: labelsOf(categories) },
        { kind: WORD, start: firstWord, labels: labelsOf(known) },
        { kind: ITEM, start: 0, labels: itemIds.map((id) => textOf.get(id)?.title ?? id) },
      ],
    }),
  };
};

const labelsOf = (index: { readonly size: number; id(at: number): string }): string[] =>
  Array.from({ length: index.size }, (_, at) => index.id(at));

const withoutRare = (rowStart: Int32Array, columns: Int32Array): SparseRows => {
  const subjects = rowStart.length - 1;
  const support = new Map<number, number>();
  for (const column of columns) support.set(column, (support.get(column) ?? 0) + 1);
  const least = Math.max(LEAST_SUBJECTS, LEAST_SHARE * subjects);
  const kept: number[] = [];
  const starts = rowStart.slice();
  for (let row = 0; row < subjects; row += 1) {
    for (const column of columns.subarray(rowStart[row], rowStart[row + 1]))
      if ((support.get(column) as number) >= least) kept.push(column);
    starts[row + 1] = kept.length;
  }
  return { rowStart: starts, columns: Int32Array.from(kept), weights: new Float32Array(kept.length).fill(1) };
};
