import type { EventFeature } from './feature.ts';

const DECILES = 10;

export const eventType = (types: number): EventFeature => ({
  name: 'event type',
  group: 'behaviour',
  definition: 'search, view, cart, purchase … as the log numbers them',
  missing: 'an event has a type',
  readers: ['recurrent model', 'autoencoder'],
  buckets: types,
  of: (events, k) => events.types[k] as number,
});

export const priceDecile: EventFeature = {
  name: 'price decile',
  group: 'content',
  definition: "tenth of its category's prices that the item's price is in, 0 cheapest",
  missing: 'no item, no price or no category: a bucket of its own, the last',
  readers: ['recurrent model', 'autoencoder', 'content'],
  buckets: DECILES + 1,
  of: ({ items }, k, { priceDeciles }) => {
    const decile = priceDeciles[items[k] as number] ?? -1;
    return decile < 0 ? DECILES : decile;
  },
};

export const amountDecile: EventFeature = {
  name: 'amount decile',
  group: 'amount',
  definition: "tenth of its category's amounts that the event's amount is in, 0 least; limits as of the training's end",
  missing: 'no amount, or a category without amounts: a bucket of its own, the last',
  readers: ['recurrent model'],
  buckets: DECILES + 1,
  of: ({ items, amounts }, k, { amountLimits }) => {
    const amount = amounts[k] as number;
    const limits = Number.isNaN(amount) ? undefined : amountLimits(items[k] as number);
    if (!limits) return DECILES;
    let decile = 0;
    while (decile < limits.length && amount >= (limits[decile] as number)) decile += 1;
    return decile;
  },
};
