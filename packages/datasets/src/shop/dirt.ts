import { type BehaviourEvent, subjectOf } from '@nextcart/contracts';
import { type DirtRates, dirtShape } from './parameters.ts';
import { hash32, streams, unit } from './random.ts';

export type DirtKind =
  | 'duplicate'
  | 'missing_subject'
  | 'missing_item'
  | 'missing_query'
  | 'missing_amount'
  | 'missing_currency'
  | 'absurd_amount'
  | 'negative_amount'
  | 'late'
  | 'future'
  | 'not_avro'
  | 'robot';

/** What is to happen with an event beside or instead of being sent as it is. */
export type DirtAction =
  | { readonly kind: 'changed'; readonly why: DirtKind; readonly event: BehaviourEvent }
  | { readonly kind: 'again'; readonly delayMs: number }
  | { readonly kind: 'withheld'; readonly delayMs: number }
  | { readonly kind: 'beside'; readonly raw: Buffer };

const changed = (why: DirtKind, event: BehaviourEvent): DirtAction => ({ kind: 'changed', why, event });

const lose = (event: BehaviourEvent, roll: number): DirtAction => {
  const losses: DirtAction[] = [changed('missing_subject', { ...event, visitorId: null, userId: null })];
  if (event.itemId !== null) losses.push(changed('missing_item', { ...event, itemId: null }));
  if (event.query !== null) losses.push(changed('missing_query', { ...event, query: null }));
  if (event.amount !== null) {
    losses.push(changed('missing_amount', { ...event, amount: null }));
    losses.push(changed('missing_currency', { ...event, currency: null }));
  }
  return losses[Math.floor(roll * losses.length)] as DirtAction;
};

/** Bytes that other programs put on the topic by mistake; none is a whole value in the wire format. */
const notAvro = (event: BehaviourEvent, bits: number): Buffer => {
  switch (bits % 5) {
    case 0:
      return Buffer.from(JSON.stringify({ id: event.eventId, type: event.eventType, subject: subjectOf(event) }));
    case 1:
      return Buffer.alloc(0);
    case 2:
      return Buffer.from('<html><body>502 Bad Gateway</body></html>');
    case 3: // the header of a schema that no registry knows
      return Buffer.from([0, 0x7f, 0xff, 0xff, 0xff, bits & 0xff, (bits >>> 8) & 0xff, (bits >>> 16) & 0xff]);
    default: // half a header
      return Buffer.from([0, 0, 0, bits & 0xff]);
  }
};

/**
 * What becomes of event number `number`: at most one kind, by the event's number alone, so that dirt does not change
 * what people do. Undefined: it is sent as it is.
 */
export const dirtFor = (
  seed: number,
  number: number,
  event: BehaviourEvent,
  rates: DirtRates,
): DirtAction | undefined => {
  const high = Math.floor(number / 4_294_967_296);
  const roll = (which: number) => unit(seed, streams.dirt + 16 * which, number | 0, high);
  const between = (low: number, up: number) => Math.round(low + roll(2) * (up - low));
  if (event.amount !== null && roll(1) < rates.absurdAmount) {
    if (roll(3) < dirtShape.negativeShare) return changed('negative_amount', { ...event, amount: -event.amount });
    const factor = BigInt(between(dirtShape.absurdMinFactor, dirtShape.absurdMaxFactor));
    return changed('absurd_amount', { ...event, amount: event.amount * factor });
  }
  let rest = roll(0);
  if ((rest -= rates.duplicate) < 0) return { kind: 'again', delayMs: between(0, dirtShape.duplicateMaxDelayMs) };
  if ((rest -= rates.missing) < 0) return lose(event, roll(2));
  if ((rest -= rates.late) < 0) return { kind: 'withheld', delayMs: between(dirtShape.lateMinMs, dirtShape.lateMaxMs) };
  if ((rest -= rates.future) < 0) {
    const ahead = between(dirtShape.futureMinMs, dirtShape.futureMaxMs);
    return changed('future', { ...event, eventTime: event.eventTime + ahead });
  }
  if ((rest -= rates.notAvro) < 0)
    return { kind: 'beside', raw: notAvro(event, hash32(seed, streams.dirt + 64, number | 0, high)) };
  return undefined;
};
