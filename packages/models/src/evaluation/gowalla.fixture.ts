import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { SparseRows } from '../item-graph.ts';

export const whyNoGowalla = (folder: string) =>
  `no '${folder}': get LightGCN's files (github.com/kuandeng/LightGCN, Data/gowalla)`;

export const gowalla = { users: 29_858, items: 40_981 } as const;

/** Gowalla as NGCF and LightGCN split it. A line is a user and their items, separated by blanks; a user may be missing. Weights are 1. */
export const readGowalla = (
  folder: string,
  file: 'train' | 'test' | 'lightgcnpp_valid' | 'lightgcnpp_train_minus_valid',
): SparseRows => {
  const text = gunzipSync(readFileSync(join(folder, `${file}.txt.gz`))).toString();
  const lists: number[][] = Array.from({ length: gowalla.users }, () => []);
  for (const line of text.split('\n')) {
    const [user, ...items] = line.trim().split(/\s+/).map(Number);
    if (line.trim() !== '' && user !== undefined) lists[user] = items;
  }
  const rowStart = new Int32Array(gowalla.users + 1);
  lists.forEach((list, row) => void (rowStart[row + 1] = (rowStart[row] as number) + list.length));
  const columns = Int32Array.from(lists.flat());
  return { rowStart, columns, weights: new Float32Array(columns.length).fill(1) };
};
