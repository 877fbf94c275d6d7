import type { BehaviourEvent } from '@nextcart/contracts';
import { createShop } from '@nextcart/datasets';
import { deedTypes, type ShopItem } from './shop-log.ts';
import type { ShopRecord, ShopSource } from './shop-source.ts';

/** What a unit of money is of a EUR, and what foreign money is worth (docs/simulated-shop.md). */
const UNITS = 10_000;
const PER_EURO: Readonly<Record<string, number>> = { EUR: 1, USD: 1.08, GBP: 0.85 };
const START = Date.UTC(2026, 2, 1);

/** The simulated shop of docs/simulated-shop.md without dirt, which is what cleaning leaves of it. */
export const simulatedSource = async (size: {
  readonly seed: number;
  readonly users: number;
  readonly items: number;
  readonly days: number;
}): Promise<ShopSource> => {
  const shop = createShop({ ...size, startAt: START, dirt: false });
  const numbers = new Map(shop.truth.itemIds().map((id, item) => [id, item]));
  const items: ShopItem[] = [];
  const soldOut = new Set<number>();
  for await (const { item } of shop.catalog()) {
    if (!item) continue;
    if (item.stock === 0) soldOut.add(items.length);
    const { title, category, brand, price } = item;
    items.push({ title: title ?? '', category, brand: brand ?? '', price: Number(price ?? 0n) / UNITS });
  }
  const complements: number[][] = [];
  for (const line of shop.truth.lines()) {
    const truth = JSON.parse(line) as { readonly kind: string; readonly complements: readonly string[] };
    if (truth.kind === 'person') break;
    if (truth.kind === 'item') complements.push(truth.complements.map((id) => numbers.get(id) as number));
  }
  const deed = (event: BehaviourEvent, subject: string): ShopRecord | undefined => {
    const { eventTime: at, eventType, visitorId, userId, itemId, query, amount, currency } = event;
    if (eventType === 'identify')
      return { kind: 'identified', at, visitor: visitorId as string, user: userId as string };
    const type = deedTypes.find((one) => one === eventType);
    if (type === undefined) return undefined;
    const euros = amount === null ? 0 : Number(amount) / UNITS / (PER_EURO[currency ?? 'EUR'] as number);
    const item = itemId === null ? -1 : (numbers.get(itemId) as number);
    return { kind: 'deed', at, subject, type, item, query, amount: euros };
  };
  return {
    items,
    startAt: START,
    days: size.days,
    *records() {
      for (const item of soldOut) yield { kind: 'stock', at: START, item, isSoldOut: true };
      for (const { event, item, key, clock } of shop.records(0)) {
        if (item)
          yield {
            kind: 'stock',
            at: clock,
            item: numbers.get(item.itemId) as number,
            isSoldOut: item.stock === 0,
          };
        const found = event && deed(event, key as string);
        if (found) yield found;
      }
    },
    lookChances: (subject, at) => truthOf(shop.truth.nextItemProbabilities(subject, at), subject),
    cartChances: (subject, at) => truthOf(shop.truth.cartChances(subject, at), subject),
    complementsOf: (item) => complements[item] ?? [],
    needsOf: (subject, at) => truthOf(shop.truth.needs(subject, at), subject),
  };
};

const truthOf = (known: Float64Array | undefined, subject: string): Float64Array => {
  if (known === undefined) throw new Error(`the shop knows no ${subject}`);
  return known;
};
