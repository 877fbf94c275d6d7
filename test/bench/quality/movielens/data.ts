import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { ContentItem } from '@nextcart/models';
import { readText } from '../read-text.ts';

const HISTORIES = 'ml-1m.txt.gz';
const MOVIES = 'ml1m_movies.dat.gz';
/** SASRec's numbers of items beside GroupLens's. */
const NUMBERS = 'sas_to_original_items.txt';

const pathOf = (dataFolder: string, file: string): string => join(dataFolder, 'ml-1m-sasrec', file);

export const missingMovielens = (dataFolder: string): string | undefined => {
  const lacking = [HISTORIES, MOVIES, NUMBERS]
    .map((file) => pathOf(dataFolder, file))
    .find((path) => !existsSync(path));
  return (
    lacking &&
    `no '${lacking}': get SASRec's file (github.com/kang205/SASRec, data/ml-1m.txt), GroupLens's movies.dat, both gzipped, and sas_to_original_items.txt of github.com/asash/ml1m-sas-mapping`
  );
};

/** Each user's items in the order of time; a line is a user and an item, both from 1. */
export const readHistories = (dataFolder: string): readonly (readonly number[])[] => {
  const histories: number[][] = [];
  for (const line of readText(pathOf(dataFolder, HISTORIES)).trimEnd().split('\n')) {
    const [user = 0, item = 0] = line.split(' ').map(Number);
    histories[user - 1] ??= [];
    histories[user - 1]?.push(item - 1);
  }
  return histories;
};

/** Titles with their years, and genres, [items]; genres are of no order, so each is a word of the title. */
export const readMovies = (dataFolder: string, items: number): readonly ContentItem[] => {
  const movies = new Map(
    gunzipSync(readFileSync(pathOf(dataFolder, MOVIES)))
      .toString('latin1')
      .trimEnd()
      .split('\n')
      .map((line): [string, string] => {
        const [id = '', title = '', genres = ''] = line.trim().split('::');
        return [id, `${title} ${genres.replaceAll('|', ' ')}`];
      }),
  );
  const titles = new Map(
    readFileSync(pathOf(dataFolder, NUMBERS), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line): [number, string] => {
        const [item = '', id = ''] = line.trim().split(/\s+/);
        return [Number(item) - 1, movies.get(id) ?? ''];
      }),
  );
  return Array.from({ length: items }, (_, item) => ({
    ...{ title: titles.get(item) ?? '', category: [], brand: '', price: Number.NaN },
  }));
};
