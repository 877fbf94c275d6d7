/**
 * What trainers measure of lists that would have been shown: names of the figures in rows of model_runs, in artifacts and
 * in records, and what they mean. NDCG decides; the others are looked at.
 */

/** Places that count. */
export const MEASURED_PLACES = 20;
/** Who has done less is cold. */
export const COLD_EVENTS = 5;
/** Of the log before what is measured over: how often something was done with an item there is how well it is known. */
export const POPULARITY_POSITIONS = 1_000_000;

const AMONG = `where it is among the first ${MEASURED_PLACES} of the list that would have been shown, else 0`;

export const listMeasures = {
  'NDCG@20': `1 / log2(rank + 1) of the item that was next put in the cart or bought, ${AMONG}; mean of a subject's requests, then of subjects`,
  'recall@20': `1 for that item ${AMONG}; mean of a subject's requests, then of subjects`,
  'MRR@20': `1 / rank of that item ${AMONG}; mean of a subject's requests, then of subjects`,
  'revenue@20': `what the subject paid for that item within the slice, in the base currency, ${AMONG}; mean of a subject's requests, then of subjects`,
  'novelty@20': `mean over the first ${MEASURED_PLACES} of −log2(events of the item / all events), in bits, of the last ${POPULARITY_POSITIONS} positions before the slice, an item without any as one with half an event; mean of a subject's requests, then of subjects`,
  'coverage@20': `share of the items that may be shown which are among the first ${MEASURED_PLACES} of any list`,
} as const;
export type ListMeasure = keyof typeof listMeasures;

export const requestSlices = {
  'items new to the subject': 'of requests for an item of which nothing was in the history',
  'cold subjects': `of requests that came after fewer than ${COLD_EVENTS} events of their subject`,
  'warm subjects': `of requests that came after ${COLD_EVENTS} events or more`,
} as const;
export type RequestSlice = keyof typeof requestSlices;

/** A figure by its name: `recall@20 champion`, `NDCG@20 candidate, cold subjects`. */
export interface NamedMeasure {
  readonly measure: ListMeasure;
  /** Who ranked: `candidate`, `champion`, `anchor`, or a baseline. */
  readonly contender: string;
  readonly slice?: RequestSlice;
}

export const measureName = ({ measure, contender, slice }: NamedMeasure): string =>
  `${measure} ${contender}${slice === undefined ? '' : `, ${slice}`}`;

const measures = Object.keys(listMeasures) as ListMeasure[];
const slices = Object.keys(requestSlices) as RequestSlice[];

/** Null for what is no measure of lists. */
export const parseMeasureName = (name: string): NamedMeasure | null => {
  const measure = measures.find((one) => name.startsWith(`${one} `));
  if (measure === undefined) return null;
  const rest = name.slice(measure.length + 1);
  const slice = slices.find((one) => rest.endsWith(`, ${one}`));
  if (slice === undefined) return { measure, contender: rest };
  return { measure, contender: rest.slice(0, -slice.length - 2), slice };
};
