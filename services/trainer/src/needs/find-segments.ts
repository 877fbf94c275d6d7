/** Groups of subjects whose latents are near each other, called by what they do more often than others. */
import type { SegmentRow } from '@nextcart/clickhouse';
import { assignSegments, nameSegments, segmentUsers, type Table } from '@nextcart/models';
import type { Observed } from './observe-subjects.ts';

const MOST_SEGMENTS = 8;
/** Fewer subjects a segment say nothing of it. */
const LEAST_SUBJECTS = 25;
/** Subjects that they are found on, evenly from the newest to the oldest: k-means lets nobody else in, here a second. */
const FIT_ON = 5000;
/** Given theirs at once. */
const ASSIGNED_AT_ONCE = 5000;
const SEED = 1;

export interface FoundSegments {
  readonly segments: readonly SegmentRow[];
  /** [subjects]. */
  readonly segmentOf: Int32Array;
}

/** Numbered by their size among those that they are found on. `pause` is awaited every so often. */
export const findSegments = async (
  { columns, groups }: Pick<Observed, 'columns' | 'groups'>,
  latents: Table,
  pause: () => Promise<void>,
): Promise<FoundSegments> => {
  const users = latents.values.length / latents.width;
  const some = evenRows(latents, FIT_ON);
  const most = Math.max(1, Math.min(MOST_SEGMENTS, Math.floor(users / LEAST_SUBJECTS)));
  const found = await segmentUsers(some, { count: differentUpTo(some, most), seed: SEED, fitOn: FIT_ON });
  await pause();
  const segmentOf = new Int32Array(users);
  const sizes = new Int32Array(found.sizes.length);
  for (let start = 0; start < users; start += ASSIGNED_AT_ONCE) {
    const values = latents.values.subarray(start * latents.width, (start + ASSIGNED_AT_ONCE) * latents.width);
    segmentOf.set(assignSegments(found, { values, width: latents.width }), start);
    await pause();
  }
  for (const segment of segmentOf) sizes[segment] = (sizes[segment] as number) + 1;
  const names = sizes.length === 1 ? [] : nameSegments({ ...found, segmentOf, sizes }, columns, groups);
  return {
    segments: Array.from(sizes, (subjects, segment) => ({
      ...{ segment, subjects, share: subjects / users },
      name: names[segment]?.title || `segment ${segment}`,
    })),
    segmentOf,
  };
};

const evenRows = ({ values, width }: Table, most: number): Table => {
  const rows = values.length / width;
  if (rows <= most) return { values, width };
  const some = new Float32Array(most * width);
  for (let row = 0; row < most; row += 1) {
    const from = Math.floor((row * rows) / most) * width;
    some.set(values.subarray(from, from + width), row * width);
  }
  return { values: some, width };
};

/** Different rows, counted no further than `most`. */
const differentUpTo = ({ values, width }: Table, most: number): number => {
  const seen = new Set<string>();
  for (let at = 0; at < values.length && seen.size < most; at += width)
    seen.add(values.subarray(at, at + width).join());
  return seen.size;
};
