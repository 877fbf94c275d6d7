import type { LogSlice, ReleasePayload } from '@nextcart/contracts';

/** The newest part of what was learned from, of each partition as long as the slice that is measured over, and never in it. */
export const validationSlice = ({ ranges, slice }: Pick<ReleasePayload, 'ranges' | 'slice'>): LogSlice[] =>
  ranges.flatMap(({ partition, from, to }) => {
    const measured = slice.find((part) => part.partition === partition);
    const length = measured === undefined ? 0 : measured.to - measured.from;
    const first = Math.max(from, to - length);
    return first < to ? [{ partition, from: first, to }] : [];
  });
