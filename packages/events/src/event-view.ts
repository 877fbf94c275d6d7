import { type BehaviourEvent, type EventType, eventTypes, schemaText, unitsFromBytes } from '@nextcart/contracts';
import { createCursor, readLong } from './cursor.ts';
import { createDatumView, type DatumView } from './walker.ts';

/** Node's own, without the checks of `toString`: a third of its time on short texts; the types leave it out. */
type SlicedBuffer = Buffer & { utf8Slice(start: number, end: number): string };

/**
 * A behaviour event as it lies in its bytes: numbers are there, text is made at the first reading and kept till the
 * next walk. Valid until then.
 */
export interface EventView {
  /** What a walker of the newest schema fills. */
  readonly datum: DatumView;
  /** Position in `eventTypes`. */
  readonly typeIndex: number;
  readonly eventTime: number;
  /** As it was written, in its own case. */
  readonly eventId: string;
  readonly visitorId: string | null;
  readonly userId: string | null;
  readonly sessionId: string | null;
  readonly itemId: string | null;
  readonly query: string | null;
  readonly currency: string | null;
  readonly recommId: string | null;
  readonly quantity: number | null;
  readonly amountUnits: bigint | null;
  /** Value of a property, the last where it is there twice; null where it is not. */
  property(name: string): string | null;
  properties(): Record<string, string>;
  /** All of it, decoded. */
  toEvent(): BehaviourEvent;
}

/** Positions of the fields in the newest schema, by name. */
export type EventFields = Readonly<Record<keyof BehaviourEvent, number>>;

export const eventFields = (): EventFields => {
  const { fields } = JSON.parse(schemaText('behaviour-event')) as { fields: { name: keyof BehaviourEvent }[] };
  return Object.fromEntries(fields.map((field, at) => [field.name, at])) as EventFields;
};

export const createEventView = (fields: EventFields = eventFields()): EventView => {
  const size = Object.keys(fields).length;
  const datum = createDatumView(size);
  const texts: (string | null)[] = Array.from({ length: size }, () => null);
  const readAt = new Float64Array(size);
  const c = createCursor();

  const slice = (start: number, stop: number): string => (datum.bytes as SlicedBuffer).utf8Slice(start, stop);
  const text = (at: number): string | null => {
    if (readAt[at] === datum.walks) return texts[at] as string | null;
    const start = datum.starts[at] as number;
    const value = start < 0 ? null : slice(start, datum.ends[at] as number);
    readAt[at] = datum.walks;
    texts[at] = value;
    return value;
  };
  /** One entry's text; the walker has seen that it is there. */
  const nextText = (): string => {
    const length = readLong(c);
    c.at += length;
    return slice(c.at - length, c.at);
  };
  const eachProperty = (see: (name: string, value: string) => void): void => {
    c.bytes = datum.bytes;
    c.at = datum.starts[fields.properties] as number;
    c.end = datum.ends[fields.properties] as number;
    for (let count = readLong(c); count !== 0; count = readLong(c)) {
      if (count < 0) readLong(c); // the block's size, which the walker has checked
      for (let left = Math.abs(count); left > 0; left -= 1) see(nextText(), nextText());
    }
  };

  const view: EventView = {
    datum,
    get typeIndex() {
      return datum.numbers[fields.eventType] as number;
    },
    get eventTime() {
      return datum.numbers[fields.eventTime] as number;
    },
    get eventId() {
      return text(fields.eventId) as string;
    },
    get visitorId() {
      return text(fields.visitorId);
    },
    get userId() {
      return text(fields.userId);
    },
    get sessionId() {
      return text(fields.sessionId);
    },
    get itemId() {
      return text(fields.itemId);
    },
    get query() {
      return text(fields.query);
    },
    get currency() {
      return text(fields.currency);
    },
    get recommId() {
      return text(fields.recommId);
    },
    get quantity() {
      return (datum.starts[fields.quantity] as number) < 0 ? null : (datum.numbers[fields.quantity] as number);
    },
    get amountUnits() {
      const start = datum.starts[fields.amount] as number;
      return start < 0 ? null : unitsFromBytes(datum.bytes.subarray(start, datum.ends[fields.amount]));
    },
    property: (name) => {
      let found: string | null = null;
      eachProperty((key, value) => {
        if (key === name) found = value;
      });
      return found;
    },
    properties: () => {
      const all: Record<string, string> = {};
      // a key of '__proto__' is a shop's own business, so it must be a plain property
      const set = (name: string, value: string) =>
        Object.defineProperty(all, name, { value, writable: true, enumerable: true, configurable: true });
      eachProperty(set);
      return all;
    },
    toEvent: () => ({
      eventId: view.eventId,
      eventTime: view.eventTime,
      eventType: eventTypes[view.typeIndex] as EventType,
      visitorId: view.visitorId,
      userId: view.userId,
      sessionId: view.sessionId,
      itemId: view.itemId,
      query: view.query,
      quantity: view.quantity,
      amount: view.amountUnits,
      currency: view.currency,
      recommId: view.recommId,
      properties: view.properties(),
    }),
  };
  return view;
};
