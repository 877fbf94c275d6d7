/**
 * Which of a user's last events a score is owed to: what the scores had been without each of them. Invariant: a user's
 * contributions are the same bits whoever is explained beside them, in any batch.
 */
import type { SparseRows } from '../item-graph.ts';
import type { LeaveOneOut } from '../recurrent/explanations.ts';
import type { AutoencoderScorer } from './scorer.ts';

/** Events of users, each with what it adds to its user's bag. */
export interface UserEvents {
  /** [users + 1]: a user's events lie together, oldest first. */
  readonly rowStart: Int32Array;
  /** [events, columns]; a user's bag is the sum of their events' rows. */
  readonly rows: SparseRows;
}

export interface Explained {
  readonly user: number;
  /** Items whose scores are explained. */
  readonly items: Int32Array;
}

/** How far back, as in the recurrent model. */
const REACH = 8;

/**
 * For each user, each of their last 8 events left out in turn: what the event adds to the scores of the items asked for.
 * All bags of all users go through the scorer side by side, at most `batch` at once, the number that the scorer was made
 * for. A user without events has no contributions. Throws a RangeError for users and items that do not exist.
 */
export const explainBags = async (
  scorer: AutoencoderScorer,
  batch: number,
  events: UserEvents,
  explained: readonly Explained[],
): Promise<LeaveOneOut[]> => {
  const left = explained.map(({ user }) => lastEvents(events, user));
  // of each user the whole bag first, then those that lack an event
  const variants = explained.flatMap(({ user, items }, at) =>
    [NONE, ...(left[at] as Int32Array)].map((lacking) => ({ user, items, lacking })),
  );
  const scored: Float32Array[] = [];
  for (let start = 0; start < variants.length; start += batch) {
    const some = variants.slice(start, start + batch);
    const bags = sumEvents(events, some);
    const rows = Int32Array.from(some, (_, row) => row);
    const { scores } = await scorer.score(bags, rows);
    const catalogue = scores.length / batch;
    some.forEach(({ items }, row) => scored.push(pick(scores, row * catalogue, catalogue, items)));
  }
  let next = 0;
  return left.map((own) => {
    const whole = scored[next++] as Float32Array;
    const contributions = new Float32Array(own.length * whole.length);
    own.forEach((_, at) => {
      const without = scored[next++] as Float32Array;
      whole.forEach((score, item) => {
        contributions[at * whole.length + item] = score - (without[item] as number);
      });
    });
    return { events: own, contributions };
  });
};

/** No event's number. */
const NONE = -1;

/** Numbers of a user's last events, newest last. */
const lastEvents = ({ rowStart }: UserEvents, user: number): Int32Array => {
  const [start, end] = [rowStart[user], rowStart[user + 1]];
  if (start === undefined || end === undefined) throw new RangeError(`no user ${user} of ${rowStart.length - 1}`);
  const first = Math.max(start, end - REACH);
  return Int32Array.from({ length: end - first }, (_, at) => first + at);
};

/** A bag for each variant: the sum of its user's events but the one that is lacking, columns as they first appear. */
const sumEvents = (
  { rowStart, rows }: UserEvents,
  variants: readonly { readonly user: number; readonly lacking: number }[],
): SparseRows => {
  const bags = variants.map(({ user, lacking }) => {
    const bag = new Map<number, number>();
    for (let event = rowStart[user] as number; event < (rowStart[user + 1] as number); event += 1) {
      if (event === lacking) continue;
      for (let at = rows.rowStart[event] as number; at < (rows.rowStart[event + 1] as number); at += 1) {
        const column = rows.columns[at] as number;
        bag.set(column, (bag.get(column) ?? 0) + (rows.weights[at] as number));
      }
    }
    return bag;
  });
  const starts = new Int32Array(bags.length + 1);
  bags.forEach(({ size }, row) => void (starts[row + 1] = (starts[row] as number) + size));
  return {
    rowStart: starts,
    columns: Int32Array.from(bags.flatMap((bag) => [...bag.keys()])),
    weights: Float32Array.from(bags.flatMap((bag) => [...bag.values()])),
  };
};

const pick = (scores: Float32Array, start: number, catalogue: number, items: Int32Array): Float32Array =>
  Float32Array.from(items, (item) => {
    if (!(item >= 0 && item < catalogue)) throw new RangeError(`no item ${item} of ${catalogue}`);
    return scores[start + item] as number;
  });
