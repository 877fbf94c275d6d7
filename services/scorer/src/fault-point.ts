import type { FaultPoint as AnyFaultPoint } from '@nextcart/runtime';

/** Named places in the life of a list where a test may end the process (SCORER_CRASH_AT). */
export const faultPoints = [
  'folded_and_unranked', // the state knows the event, no list does
  'ranked_and_unsent', // the list is made, the broker has not heard of it
  'sent_and_unanswered', // the broker has it, nothing of ours has acted on that
  'produced_and_uncommitted', // the list is out, the group's offset is not above its trigger
] as const;
export type FaultPointName = (typeof faultPoints)[number];
export type FaultPoint = AnyFaultPoint<FaultPointName>;
