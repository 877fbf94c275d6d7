/** A bench's data cut down to some items or users. */
import type { SparseRows } from '@nextcart/models';
import type { Behaviour, NamedTask, Split } from './recipe.ts';

/** Numbers of the `count` items that most users have, in rising order. */
export const mostPopular = ({ bags, items }: Pick<Behaviour, 'bags' | 'items'>, count: number): Int32Array => {
  const users = new Int32Array(items);
  for (const item of bags.columns) users[item] = (users[item] as number) + 1;
  const order = Int32Array.from(users.keys()).sort((a, b) => (users[b] as number) - (users[a] as number) || a - b);
  return order.slice(0, count).sort();
};

/** The columns `kept` under the numbers 0 … */
export const restrictColumns = (rows: SparseRows, kept: Int32Array, columnCount: number): SparseRows => {
  const numbers = new Int32Array(columnCount).fill(-1);
  kept.forEach((column, at) => void (numbers[column] = at));
  const rowStart = new Int32Array(rows.rowStart.length);
  const [columns, weights]: [number[], number[]] = [[], []];
  for (let row = 0; row + 1 < rowStart.length; row += 1) {
    for (let at = rows.rowStart[row] as number; at < (rows.rowStart[row + 1] as number); at += 1) {
      const number = numbers[rows.columns[at] as number] as number;
      if (number < 0) continue;
      columns.push(number);
      weights.push(rows.weights[at] as number);
    }
    rowStart[row + 1] = columns.length;
  }
  return { rowStart, columns: Int32Array.from(columns), weights: Float32Array.from(weights) };
};

/** Item-item rows of the items `kept` in the place that they have among all. */
export const spreadRows = (rows: SparseRows, kept: Int32Array, items: number): SparseRows => {
  const rowStart = new Int32Array(items + 1);
  kept.forEach((item, at) => {
    rowStart[item + 1] = (rows.rowStart[at + 1] as number) - (rows.rowStart[at] as number);
  });
  for (let item = 0; item < items; item += 1)
    rowStart[item + 1] = (rowStart[item + 1] as number) + (rowStart[item] as number);
  return { rowStart, columns: rows.columns.map((column) => kept[column] as number), weights: rows.weights };
};

/** Behaviour and tasks on some of the items; users without targets among these are no subjects any more. */
export const restrictSplit = ({ fit, tasks }: Split, kept: Int32Array): Split => {
  const cut = (rows: SparseRows) => restrictColumns(rows, kept, fit.items);
  return {
    fit: {
      items: kept.length,
      bags: cut(fit.bags),
      recent: Float32Array.from(kept, (item) => fit.recent[item] as number),
    },
    tasks: tasks.map(
      (task): NamedTask => ({
        ...task,
        items: kept.length,
        seen: cut(task.seen),
        targets: cut(task.targets),
      }),
    ),
  };
};

/** The rows of some users; the others have none. */
export const onlyUsers = (rows: SparseRows, isKept: (user: number) => boolean): SparseRows => {
  const rowStart = new Int32Array(rows.rowStart.length);
  const places: number[] = [];
  for (let user = 0; user + 1 < rowStart.length; user += 1) {
    if (isKept(user))
      for (let at = rows.rowStart[user] as number; at < (rows.rowStart[user + 1] as number); at += 1) places.push(at);
    rowStart[user + 1] = places.length;
  }
  return {
    rowStart,
    columns: Int32Array.from(places, (at) => rows.columns[at] as number),
    weights: Float32Array.from(places, (at) => rows.weights[at] as number),
  };
};
