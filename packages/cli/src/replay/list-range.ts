import type { PublishedRange } from '@nextcart/clickhouse';

/** Which published lists: by time of publication, or by the offsets of their records in one partition. */
export type ListRange = Omit<PublishedRange, 'topicId'>;

interface Bound {
  readonly partition?: number;
  readonly offset?: number;
  readonly time?: number;
}

const refuse = (option: string, text: string): Error =>
  new Error(
    `${option} takes an ISO time such as 2026-11-27T10:00:00Z or an offset P:N of recommendations.v1, not '${text}'`,
  );

const boundOf = (option: string, text: string): Bound => {
  const position = /^(\d+):(\d+)$/.exec(text);
  if (position !== null) return { partition: Number(position[1]), offset: Number(position[2]) };
  const time = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) throw refuse(option, text);
  return { time };
};

/**
 * `from`: the first list; `to`: the first that is not wanted; absent: all after it. An ISO time without a zone is local,
 * a date alone is UTC, as in JavaScript. Throws an Error that says what is taken.
 */
export const parseRange = (from: string, to: string | undefined): ListRange => {
  const first = boundOf('--from', from);
  const before = to === undefined ? {} : boundOf('--to', to);
  const byTime = first.time !== undefined;
  if (to !== undefined && byTime !== (before.time !== undefined))
    throw new Error('--from and --to are both times or both offsets');
  if (byTime) return { from: first.time, ...(before.time === undefined ? {} : { before: before.time }) };
  if (to !== undefined && first.partition !== before.partition)
    throw new Error('offsets are of one partition: --from P:N --to P:M');
  return {
    partition: first.partition as number,
    first: first.offset as number,
    ...(before.offset === undefined ? {} : { last: before.offset - 1 }),
  };
};
