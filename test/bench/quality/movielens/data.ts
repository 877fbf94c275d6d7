import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { bagsOf, behaviourOf } from '../gowalla/data.ts';
import type { Behaviour, NamedTask } from '../recipe.ts';

const fileIn = (dataFolder: string): string => join(dataFolder, 'ml-1m-sasrec/ml-1m.txt.gz');

export const missingMovielens = (dataFolder: string): string | undefined =>
  existsSync(fileIn(dataFolder))
    ? undefined
    : `no '${fileIn(dataFolder)}': get SASRec's file (github.com/kang205/SASRec, data/ml-1m.txt) and gzip it`;

/** Each user's items in the order of time; a line is a user and an item, both from 1. */
export const readHistories = (dataFolder: string): readonly (readonly number[])[] => {
  const histories: number[][] = [];
  for (const line of gunzipSync(readFileSync(fileIn(dataFolder)))
    .toString()
    .trimEnd()
    .split('\n')) {
    const [user = 0, item = 0] = line.split(' ').map(Number);
    histories[user - 1] ??= [];
    histories[user - 1]?.push(item - 1);
  }
  return histories;
};

export interface LeaveOneOut {
  readonly known: Behaviour;
  readonly task: NamedTask;
}

/** The item that is `fromLast` places from each history's last is to be found by all before it. */
export const leaveOneOut = (
  histories: readonly (readonly number[])[],
  items: number,
  fromLast: number,
  k: number,
): LeaveOneOut => {
  const before = bagsOf(histories.map((history) => history.slice(0, history.length - 1 - fromLast)));
  const targets = bagsOf(histories.map((history) => history.slice(history.length - 1 - fromLast).slice(0, 1)));
  return {
    known: behaviourOf(before, items),
    task: { name: '', items, k, denominator: 'targets', seen: before, targets },
  };
};
