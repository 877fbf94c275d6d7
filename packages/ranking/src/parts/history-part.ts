import { eventTypes } from '@nextcart/contracts';
import { byEventType } from '../attention.ts';
import type { RankingConfiguration } from '../configuration.ts';
import type { ScoringPart, ScoringRequest } from '../scoring.ts';
import { visitEndOf } from '../visit.ts';
import { createAdditivePart } from './additive-part.ts';

const PURCHASE = eventTypes.indexOf('purchase');

/**
 * What the subject did with an item speaks for that item again. While a visit goes on that is what they bought, as a share of
 * all that they bought, which ages over weeks: whether it is time to buy again is the repurchase filter's to say. For the
 * next visit it is also what they looked at or left in the cart, the last of it most, since people go on where they were;
 * and as much of it however much they bought. Additive in events.
 */
export const createHistoryPart = (configuration: RankingConfiguration['history']): ScoringPart => {
  const { agingMs, prior, leftAgingMs } = configuration;
  const left = byEventType(configuration.leftByType);
  const item = new Int32Array(1);
  const one = Float64Array.of(1);
  const aged = (strength: number, age: number, aging: number) => strength / Math.sqrt(1 + Math.max(0, age) / aging);

  const strengthOf = ({ history, now, attention, visitEnded }: ScoringRequest, event: number) => {
    const type = attention.types[event] as number;
    const isPurchase = type === PURCHASE;
    if ((attention.items[event] as number) < 0 || !(isPurchase || visitEnded)) return 0;
    const at = history.times[attention.cells[event] as number] as number;
    const strength = visitEnded ? (left[type] as number) : 1;
    return isPurchase ? aged(strength, now - at, agingMs) : aged(strength, now - visitEndOf(at), leftAgingMs);
  };
  /** In the total. */
  const weightOf = (request: ScoringRequest, event: number) => (request.visitEnded ? 0 : strengthOf(request, event));

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
      return strengthOf(request, event);
    },
  });
};
