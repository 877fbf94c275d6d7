import { type BehaviourEvent, SESSION_GAP_MS, subjectOf } from '@nextcart/contracts';
import type { DatasetRecord, Truth } from '@nextcart/datasets';
import type { Rates } from '@nextcart/events';

/** What people did, [people] each. */
export interface Tally {
  /** Visits: what a person does until a pause of 30 minutes, whoever the events name. */
  readonly sessions: Float64Array;
  /** Lines that were bought. */
  readonly purchases: Float64Array;
  /** Of them, in the base currency. Returns are not taken off. */
  readonly revenue: Float64Array;
  readonly views: Float64Array;
  readonly carts: Float64Array;
  readonly impressions: Float64Array;
  readonly clicks: Float64Array;
}

const UNITS = 10_000;

/** Counts sessions that begin at `from` (epoch ms) or later. */
export const createTally = (deps: { truth: Truth; people: number; from: number; rates: Rates }) => {
  const { truth, people, from, rates } = deps;
  const personOf = new Map<string, number>();
  for (let person = 0; person < people; person += 1) {
    const { userId, visitorIds } = truth.subjects(person);
    for (const subject of userId === null ? visitorIds : [userId, ...visitorIds]) personOf.set(subject, person);
  }
  const column = () => new Float64Array(people);
  const tally: Tally = {
    ...{ sessions: column(), purchases: column(), revenue: column(), views: column(), carts: column() },
    ...{ impressions: column(), clicks: column() },
  };
  const newest = new Float64Array(people).fill(-Infinity);
  const isCounted = new Uint8Array(people);
  const add = (to: Float64Array, person: number, value = 1) => {
    to[person] = (to[person] as number) + value;
  };
  const euros = ({ amount, currency }: BehaviourEvent) =>
    Number(rates.toBase(amount ?? 0n, currency ?? '') ?? 0n) / UNITS;

  return {
    tally,
    take: ({ event }: DatasetRecord): void => {
      // what comes back does so without a visit
      if (event === undefined || event.eventType === 'return') return;
      const person = personOf.get(subjectOf(event) ?? '');
      if (person === undefined) return;
      const { eventTime } = event;
      if (eventTime - (newest[person] as number) > SESSION_GAP_MS) {
        isCounted[person] = Number(eventTime >= from);
        if (isCounted[person] === 1) add(tally.sessions, person);
      }
      newest[person] = eventTime;
      if (isCounted[person] === 0) return;
      if (event.eventType === 'view') add(tally.views, person);
      else if (event.eventType === 'cart') add(tally.carts, person);
      else if (event.eventType === 'impression') add(tally.impressions, person);
      else if (event.eventType === 'click') add(tally.clicks, person);
      else if (event.eventType === 'purchase') {
        add(tally.purchases, person);
        add(tally.revenue, person, euros(event));
      }
    },
  };
};
