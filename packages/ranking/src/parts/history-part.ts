import { eventTypes } from '@nextcart/contracts';
import type { RankingConfiguration } from '../configuration.ts';
import type { ScoringPart, ScoringRequest } from '../scoring.ts';
import { createAdditivePart } from './additive-part.ts';

const PURCHASE = eventTypes.indexOf('purchase');

/**
 * What the subject buys again and again: each purchase speaks for its own item, with weights of its own that age over
 * weeks. Whether it is time to buy again is the repurchase filter's to say. Additive in events.
 */
export const createHistoryPart = (configuration: RankingConfiguration['history']): ScoringPart => {
  const item = new Int32Array(1);
  const one = Float64Array.of(1);
  const weightOf = ({ history, now, attention }: ScoringRequest, event: number) =>
    attention.types[event] === PURCHASE && (attention.items[event] as number) >= 0
      ? 1 /
        Math.sqrt(
          1 + Math.max(0, now - (history.times[attention.cells[event] as number] as number)) / configuration.agingMs,
        )
      : 0;
  return createAdditivePart({
    source: 'history',
    total: (request) => {
      let mass = configuration.prior;
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
