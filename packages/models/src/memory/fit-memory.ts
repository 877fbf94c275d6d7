/** Estimates for what is fitted in closed form, out of the arrays that it is known to make; data apart. */
import type { SparseRows } from '../item-graph.ts';
import { floatBytes, type MemoryNeed } from './memory-need.ts';

/** Two typed arrays and what holds them, however short they are: measured over 200,000. */
const ROW_BYTES = 650;

/** Of `fitEdlae`. */
export const edlaeMemory = (
  items: number,
  { keep, tileSize = 1024 }: { keep: number; tileSize?: number },
): MemoryNeed => {
  const tiles = Math.ceil(items / tileSize);
  return {
    what: `fitting EDLAE to ${items} items`,
    parts: floatBytes({
      'half of the matrix': ((tiles * (tiles + 1)) / 2) * tileSize ** 2,
      'a column of tiles': 2 * tiles * tileSize ** 2,
      'weights that are kept': 2 * items * Math.min(keep, items),
    }),
    cure: 'fit it to the most supported items only, or take the graph filter, which needs no matrix of items × items',
  };
};

/** Of `truncatedSvd` of a matrix [rows, columns], `width` directions wide. */
export const svdMemory = (
  { rows, columns, entries }: { readonly rows: number; readonly columns: number; readonly entries: number },
  { rank, width }: { readonly rank: number; readonly width: number },
): MemoryNeed => ({
  what: `a singular value decomposition of ${rows} × ${columns}, ${width} directions wide,`,
  parts: floatBytes({
    'directions of rows': rows * width,
    'directions of columns, twice': 2 * columns * width,
    'the matrix turned': 2 * entries,
    result: columns * rank,
  }),
  cure: 'ask for a lower rank, or leave out items and users without support',
});

/** Of `gramRows`, at most: as if no two rows of the matrix had a pair of columns in common. */
export const gramMemory = ({ rowStart }: Pick<SparseRows, 'rowStart'>, columns: number): MemoryNeed => {
  let pairs = 0;
  for (let row = 0; row + 1 < rowStart.length; row += 1)
    pairs += ((rowStart[row + 1] as number) - (rowStart[row] as number)) ** 2;
  return {
    what: `which of ${columns} columns stand together`,
    parts: {
      // a column and a weight each, by rows and then packed
      ...floatBytes({ 'pairs, twice': 4 * Math.min(pairs, columns ** 2) }),
      rows: ROW_BYTES * columns,
    },
    cure: 'cut the longest rows, or leave out items without support',
  };
};

/** Of `graphFilter` of a spectrum of some rank. */
export const graphFilterMemory = (items: number, rank: number, sharpened: boolean): MemoryNeed => ({
  what: `a graph filter of ${items} items and rank ${rank}`,
  parts: floatBytes({
    factors: (sharpened ? 4 : 2) * items * rank,
    // smooth factors, scaled vectors, and those that were turned
    'on the way to them': sharpened ? 4 * items * rank : 0,
  }),
  cure: 'ask for a lower rank, or leave out items without support',
});

/** Of `fitContentSpace`, its singular value decomposition apart: that is over when the rest begins. */
export const contentSpaceMemory = ({
  items,
  queries,
  columns,
  width,
}: Readonly<Record<'items' | 'queries' | 'columns' | 'width', number>>): MemoryNeed => ({
  what: `a space of ${width} directions for ${items} items and ${queries} searches, told by ${columns} columns,`,
  // float64 counts twice
  parts: floatBytes({
    'directions of items and searches': (items + queries) * width * (2 + 3 * 2),
    'a line for each column': columns * width * 10 * 2,
  }),
  cure: 'ask for fewer directions, hash content into fewer columns, leave out items without support',
});
