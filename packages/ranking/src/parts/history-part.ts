import { eventTypes } from '@nextcart/contracts';
import type { RankingConfiguration } from '../configuration.ts';
import { type ScoringPart, type ScoringRequest, withoutByDifference } from '../scoring.ts';

const PURCHASE = eventTypes.indexOf('purchase');

/**
 * What the subject buys again and again: each purchase speaks for its own item, with weights of its own that age over
 * weeks. Whether it is time to buy again is the repurchase filter's to say. Additive in events.
 */
export const createHistoryPart = (configuration: RankingConfiguration['history']): ScoringPart => {
  const weightOf = ({ history, now, attention }: ScoringRequest, event: number) =>
    attention.types[event] === PURCHASE && (attention.items[event] as number) >= 0
      ? 1 /
        Math.sqrt(
          1 + Math.max(0, now - (history.times[attention.cells[event] as number] as number)) / configuration.agingMs,
        )
      : 0;
  const total = (request: ScoringRequest) => {
    let mass = configuration.prior;
    for (let event = 0; event < request.attention.length; event += 1) mass += weightOf(request, event);
    return mass;
  };
  return {
    source: 'history',
    dense: false,
    score: (requests, sheets) => {
      requests.forEach((request, b) => {
        const mass = total(request);
        for (let event = 0; event < request.attention.length; event += 1) {
          const weight = weightOf(request, event);
          if (weight > 0) sheets[b]?.add(request.attention.items[event] as number, weight / mass);
        }
      });
    },
    without: (request, candidates, scores, events, out) => {
      withoutByDifference(
        scores,
        candidates,
        events,
        total(request),
        (event) => weightOf(request, event),
        (event, take) => {
          const weight = weightOf(request, event);
          if (weight > 0) take(request.attention.items[event] as number, weight);
        },
        out,
      );
    },
  };
};
