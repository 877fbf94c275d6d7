import { eventTypes } from '@nextcart/contracts';
import { byEventType } from '../attention.ts';
import type { RankingConfiguration } from '../configuration.ts';
import type { ScoringPart, ScoringRequest } from '../scoring.ts';
import { visitEndOf } from '../visit.ts';
import { createAdditivePart } from './additive-part.ts';

const PURCHASE = eventTypes.indexOf('purchase');

/**
 * What the subject did with an item speaks for that item again. Purchases always, with weights of their own that age over
 * weeks: whether it is time to buy again is the repurchase filter's to say. For the next visit what was looked at or left
 * in the cart does too, the last of it most: people go on where they were. Additive in events.
 */
export const createHistoryPart = (configuration: RankingConfiguration['history']): ScoringPart => {
  const { agingMs, prior, leftAgingMs } = configuration;
  const left = byEventType(configuration.leftByType);
  const item = new Int32Array(1);
  const one = Float64Array.of(1);
  const aged = (strength: number, age: number, aging: number) => strength / Math.sqrt(1 + Math.max(0, age) / aging);

  const weightOf = ({ history, now, attention, visitEnded }: ScoringRequest, event: number) => {
    const type = attention.types[event] as number;
    if ((attention.items[event] as number) < 0) return 0;
    const at = history.times[attention.cells[event] as number] as number;
    if (type === PURCHASE) return aged(1, now - at, agingMs);
    return visitEnded ? aged(left[type] as number, now - visitEndOf(at), leftAgingMs) : 0;
  };
  return createAdditivePart({
    source: 'history',
    total: (request) => {
      let mass = prior;
      for (let event = 0; event < request.attention.length; event += 1) mass += weightOf(request, event);
      return mass;
    },
    weightOf,
    read: (request, event, row) => {
      item[0] = request.attention.items[event] as number;
      row.items = item;
      row.values = one;
      row.start = 0;
      row.end = 1;
      return weightOf(request, event);
    },
  });
};
