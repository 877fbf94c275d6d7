/**
 * What of a cycle's slice is measured over. Invariant: who is compared has learned none of it. It was planned so; another
 * may have come into force since. A release that is trained again decides nothing: it is measured over the whole, in words.
 */
import type { LogSlice, ReleasePayload } from '@nextcart/contracts';
import { behind, furthest, nextPositions, positionsIn } from '../log-ranges.ts';
import type { Rivals } from './rivals.ts';

export interface MeasuredSlice {
  /** Null: they have learned all of it. */
  readonly slice: readonly LogSlice[] | null;
  /** In the words of the decision. */
  readonly remarks: readonly string[];
}

/** What of a rival is asked. */
type Learned = { readonly manifest: Pick<NonNullable<Rivals['champion']>['manifest'], 'release' | 'trainedOn'> };

export const measuredSlice = (
  { topicId, slice, like }: Pick<ReleasePayload, 'topicId' | 'slice' | 'like'>,
  { champion, anchor }: { readonly champion: Learned | null; readonly anchor: Learned | null },
): MeasuredSlice => {
  const all = positionsIn(slice);
  const knowing = [...new Set([champion, anchor])].flatMap((rival) => {
    if (rival === null) return [];
    const next = nextPositions(rival.manifest.trainedOn, topicId);
    return positionsIn(behind(slice, next)) < all ? [{ name: rival.manifest.release, next }] : [];
  });
  if (knowing.length === 0) return { slice, remarks: [] };
  const names = knowing.map(({ name }) => name).join(' and ');
  const unlearned = behind(slice, furthest(knowing.map(({ next }) => next)));
  const left = positionsIn(unlearned);
  const told = `of the slice's ${all} positions ${all - left} were learned by ${names}`;
  if (like) return { slice, remarks: [`${told}: compared with what has seen them`] };
  if (left === 0) return { slice: null, remarks: [`waits: ${told}; the next cycle is measured over what came since`] };
  return { slice: unlearned, remarks: [`${told}: measured over the others`] };
};
