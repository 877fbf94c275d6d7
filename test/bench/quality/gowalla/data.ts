import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { SparseRows } from '@nextcart/models';
import { createRandom } from '../random.ts';
import type { Behaviour } from '../recipe.ts';

const SIZES = { users: 29_858, items: 40_981 } as const;

const folderIn = (dataFolder: string): string => join(dataFolder, 'gowalla-lightgcn');

export const missingGowalla = (dataFolder: string): string | undefined => {
  const lacking = ['train', 'test']
    .map((file) => join(folderIn(dataFolder), `${file}.txt.gz`))
    .find((path) => !existsSync(path));
  return lacking && `no '${lacking}': get LightGCN's files (github.com/kuandeng/LightGCN, Data/gowalla) and gzip them`;
};

/** As NGCF and LightGCN split it: a line is a user and their items. */
export const readGowalla = (dataFolder: string, file: 'train' | 'test'): SparseRows => {
  const text = gunzipSync(readFileSync(join(folderIn(dataFolder), `${file}.txt.gz`))).toString();
  const lists: number[][] = Array.from({ length: SIZES.users }, () => []);
  for (const line of text.split('\n')) {
    const [user, ...items] = line.trim().split(/\s+/).map(Number);
    if (line.trim() !== '' && user !== undefined) lists[user] = items;
  }
  return bagsOf(lists);
};

export const bagsOf = (lists: readonly (readonly number[])[]): SparseRows => {
  const rowStart = new Int32Array(lists.length + 1);
  lists.forEach((list, row) => void (rowStart[row + 1] = (rowStart[row] as number) + list.length));
  const columns = Int32Array.from(lists.flat());
  return { rowStart, columns, weights: new Float32Array(columns.length).fill(1) };
};

export const behaviourOf = (bags: SparseRows, items: number): Behaviour => {
  const recent = new Float32Array(items);
  for (const item of bags.columns) recent[item] = (recent[item] as number) + 1;
  return { items, bags, recent };
};

const SHARE = 0.1;
const SEED = 41;

/** A tenth of each user's items, drawn by chance as the test's were, is held out; the same cut for every seed. */
export const holdOut = ({ rowStart, columns }: SparseRows): { readonly fit: SparseRows; readonly held: SparseRows } => {
  const random = createRandom(SEED);
  const [fit, held]: [number[][], number[][]] = [[], []];
  for (let user = 0; user + 1 < rowStart.length; user += 1) {
    const items = [...columns.subarray(rowStart[user], rowStart[user + 1])];
    const isHeld = items.map(() => random() < SHARE);
    fit.push(items.filter((_, at) => !isHeld[at]));
    held.push(items.filter((_, at) => isHeld[at]));
  }
  return { fit: bagsOf(fit), held: bagsOf(held) };
};

export const GOWALLA_ITEMS = SIZES.items;
