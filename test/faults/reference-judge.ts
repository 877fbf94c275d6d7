import {
  type BehaviourEvent,
  CLOCK_HEADER,
  type Codec,
  MAX_UNITS,
  type Outcome,
  SOURCE_HEADER,
  WIRE_HEADER_BYTES,
} from '@nextcart/contracts';
import type { PlacedRecord } from './read-log.ts';

/** What should have become of a record. */
export interface Expected {
  readonly partition: number;
  readonly offset: number;
  readonly outcome: Outcome;
  readonly reason: string;
}

/**
 * What should have become of each record of the log, by rules of its own: avsc in place of the walker, sets in place of
 * windows, no batches, no restarts. It shares no code with packages/events. It knows the dirt that the simulated shop
 * makes, not every record that can be.
 */
export interface Judged extends Expected {
  /** Null where quarantined. */
  readonly event: BehaviourEvent | null;
}

const LATENESS_MS = 10 * 60_000;
const FUTURE_MS = 5 * 60_000;

const reasonOf = (event: BehaviourEvent, shopClock: number): string => {
  const { eventType, userId, visitorId, quantity, amount } = event;
  if (event.eventTime > shopClock + FUTURE_MS) return 'future_time';
  const needsBoth = eventType === 'identify' || eventType === 'history';
  if (needsBoth ? !userId || !visitorId : !userId && !visitorId) return 'missing_subject';
  if (eventType === 'search' && !event.query) return 'missing_query';
  if (!needsBoth && eventType !== 'search' && !event.itemId) return 'missing_item';
  if (quantity !== null && quantity <= 0) return 'bad_quantity';
  if (amount !== null && (amount < 0n || amount > MAX_UNITS)) return 'bad_amount';
  return '';
};

/** Of the schemas that the registry has for events, by id. */
export type EventCodecs = ReadonlyMap<number, Codec<BehaviourEvent>>;

/** The event, or why there is none. */
const read = ({ value, headers, appendedAt }: PlacedRecord, codecs: EventCodecs): BehaviourEvent | string => {
  if (value === null || value.length === 0) return 'empty_value';
  if (value.length < WIRE_HEADER_BYTES || value[0] !== 0) return 'not_avro';
  const codec = codecs.get(value.readUInt32BE(1));
  if (codec === undefined) return 'unknown_schema';
  let event: BehaviourEvent;
  try {
    event = codec.decode(value.subarray(WIRE_HEADER_BYTES));
  } catch {
    return 'bad_datum';
  }
  const clock = headers?.[CLOCK_HEADER];
  return reasonOf(event, clock === undefined ? appendedAt : Number(clock.toString())) || event;
};

export const judgeLog = (log: readonly PlacedRecord[], codecs: EventCodecs): Judged[] => {
  const seen = new Set<string>();
  const watermarks = new Map<string, number>();
  return log.map((record) => {
    const { partition, offset } = record;
    const event = read(record, codecs);
    if (typeof event === 'string') return { partition, offset, outcome: 'quarantined', reason: event, event: null };
    const id = `${partition} ${event.eventId}`;
    const stream = `${partition} ${record.headers?.[SOURCE_HEADER]?.toString() ?? ''}`;
    const watermark = watermarks.get(stream) ?? Number.NEGATIVE_INFINITY;
    if (seen.has(id)) return { partition, offset, outcome: 'duplicate', reason: '', event };
    seen.add(id);
    watermarks.set(stream, Math.max(watermark, event.eventTime));
    const outcome = event.eventTime < watermark - LATENESS_MS ? 'late' : 'accepted';
    return { partition, offset, outcome, reason: '', event };
  });
};
