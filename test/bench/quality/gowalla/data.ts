import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { SparseRows } from '@nextcart/models';
import { bagsOf } from '../sets/bags.ts';
import { readItemLists } from '../sets/item-lists.ts';

const SIZES = { users: 29_858, items: 40_981 } as const;

const pathOf = (dataFolder: string, file: 'train' | 'test'): string =>
  join(dataFolder, 'gowalla-lightgcn', `${file}.txt.gz`);

export const missingGowalla = (dataFolder: string): string | undefined => {
  const lacking = (['train', 'test'] as const)
    .map((file) => pathOf(dataFolder, file))
    .find((path) => !existsSync(path));
  return lacking && `no '${lacking}': get LightGCN's files (github.com/kuandeng/LightGCN, Data/gowalla) and gzip them`;
};

/** As NGCF and LightGCN split it. */
export const readGowalla = (dataFolder: string, file: 'train' | 'test'): SparseRows => {
  const lists = readItemLists(pathOf(dataFolder, file));
  return bagsOf(Array.from({ length: SIZES.users }, (_, user) => (lists.get(String(user)) ?? []).map(Number)));
};

export const GOWALLA_ITEMS = SIZES.items;
