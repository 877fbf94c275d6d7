import { eventTypes, MAX_UNITS, type ReasonCode, unitsFromBytes } from '@nextcart/contracts';
import { hasAmountSize, MAX_AMOUNT_BYTES } from './amount-size.ts';
import type { EventFields, EventView } from './event-view.ts';
import { MAX_TIME, MIN_TIME } from './record-origin.ts';
import type { Verdict } from './verdict.ts';

const SEARCH = eventTypes.indexOf('search');
const IDENTIFY = eventTypes.indexOf('identify');
const HISTORY = eventTypes.indexOf('history');

const refuse = (out: Verdict, reason: ReasonCode, fieldPath: string): false => {
  out.reason = reason;
  out.fieldPath = fieldPath;
  return false;
};

/** Neither null nor empty: an empty id names nobody. */
const has = ({ datum }: EventView, field: number): boolean =>
  (datum.starts[field] as number) >= 0 && (datum.ends[field] as number) > (datum.starts[field] as number);

const isAmount = ({ datum }: EventView, field: number): boolean => {
  const start = datum.starts[field] as number;
  const size = (datum.ends[field] as number) - start;
  if (start < 0) return true;
  if (!hasAmountSize(datum, field) || (datum.bytes[start] as number) >= 0x80) return false;
  return size < MAX_AMOUNT_BYTES || unitsFromBytes(datum.bytes.subarray(start, start + size)) <= MAX_UNITS;
};

/**
 * What a whole event must have, in this order: a possible time, one not ahead of the shop's clock, a subject, what its
 * type needs, a positive quantity, an amount that the store can hold. True, with the subject's field set; else the
 * first reason.
 */
export const checkEvent = (fields: EventFields, futureAllowanceMs: number, out: Verdict): boolean => {
  const { event } = out;
  const time = event.eventTime;
  if (time < MIN_TIME || time > MAX_TIME) return refuse(out, 'impossible_time', 'eventTime');
  if (time > out.shopClock + futureAllowanceMs) return refuse(out, 'future_time', 'eventTime');

  const type = event.typeIndex;
  const hasUser = has(event, fields.userId);
  const hasVisitor = has(event, fields.visitorId);
  if (type === IDENTIFY || type === HISTORY) {
    if (!hasUser) return refuse(out, 'missing_subject', 'userId');
    if (!hasVisitor) return refuse(out, 'missing_subject', 'visitorId');
    if (type === HISTORY && event.property('events') === null)
      return refuse(out, 'missing_subject', 'properties.events');
  } else {
    if (!hasUser && !hasVisitor) return refuse(out, 'missing_subject', 'visitorId');
    if (type === SEARCH) {
      if (!has(event, fields.query)) return refuse(out, 'missing_query', 'query');
    } else if (!has(event, fields.itemId)) return refuse(out, 'missing_item', 'itemId');
  }
  const quantity = event.quantity;
  if (quantity !== null && quantity <= 0) return refuse(out, 'bad_quantity', 'quantity');
  if (!isAmount(event, fields.amount)) return refuse(out, 'bad_amount', 'amount');

  out.subjectField = type === IDENTIFY || !hasUser ? fields.visitorId : fields.userId;
  return true;
};
