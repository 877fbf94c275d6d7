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

/** A class: getters of a prototype are inlined; those of an object literal make it a dictionary to V8. */
class BytesEventView implements EventView {
  readonly datum: DatumView;
  private readonly fields: EventFields;
  private readonly texts: (string | null)[];
  /** By field: the walk that its text is of. */
  private readonly readAt: Float64Array;
  private readonly cursor = createCursor();

  constructor(fields: EventFields) {
    const size = Object.keys(fields).length;
    this.fields = fields;
    this.datum = createDatumView(size);
    this.texts = Array.from({ length: size }, () => null);
    this.readAt = new Float64Array(size);
  }

  get typeIndex(): number {
    return this.datum.numbers[this.fields.eventType] as number;
  }

  get eventTime(): number {
    return this.datum.numbers[this.fields.eventTime] as number;
  }

  get eventId(): string {
    return this.text(this.fields.eventId) as string;
  }

  get visitorId(): string | null {
    return this.text(this.fields.visitorId);
  }

  get userId(): string | null {
    return this.text(this.fields.userId);
  }

  get sessionId(): string | null {
    return this.text(this.fields.sessionId);
  }

  get itemId(): string | null {
    return this.text(this.fields.itemId);
  }

  get query(): string | null {
    return this.text(this.fields.query);
  }

  get currency(): string | null {
    return this.text(this.fields.currency);
  }

  get recommId(): string | null {
    return this.text(this.fields.recommId);
  }

  get quantity(): number | null {
    const { starts, numbers } = this.datum;
    return (starts[this.fields.quantity] as number) < 0 ? null : (numbers[this.fields.quantity] as number);
  }

  get amountUnits(): bigint | null {
    const { starts, ends, bytes } = this.datum;
    const start = starts[this.fields.amount] as number;
    return start < 0 ? null : unitsFromBytes(bytes.subarray(start, ends[this.fields.amount]));
  }

  property(name: string): string | null {
    let found: string | null = null;
    this.eachProperty((key, value) => {
      if (key === name) found = value;
    });
    return found;
  }

  properties(): Record<string, string> {
    const all: Record<string, string> = {};
    // a key of '__proto__' is a shop's own business, so it must be a plain property
    const set = (name: string, value: string) =>
      Object.defineProperty(all, name, { value, writable: true, enumerable: true, configurable: true });
    this.eachProperty(set);
    return all;
  }

  toEvent(): BehaviourEvent {
    return {
      eventId: this.eventId,
      eventTime: this.eventTime,
      eventType: eventTypes[this.typeIndex] as EventType,
      visitorId: this.visitorId,
      userId: this.userId,
      sessionId: this.sessionId,
      itemId: this.itemId,
      query: this.query,
      quantity: this.quantity,
      amount: this.amountUnits,
      currency: this.currency,
      recommId: this.recommId,
      properties: this.properties(),
    };
  }

  private slice(start: number, end: number): string {
    return (this.datum.bytes as SlicedBuffer).utf8Slice(start, end);
  }

  private text(at: number): string | null {
    const { datum, texts, readAt } = this;
    if (readAt[at] === datum.walks) return texts[at] as string | null;
    const start = datum.starts[at] as number;
    const value = start < 0 ? null : this.slice(start, datum.ends[at] as number);
    readAt[at] = datum.walks;
    texts[at] = value;
    return value;
  }

  /** One entry's text; the walker has seen that it is there. */
  private nextText(): string {
    const c = this.cursor;
    const length = readLong(c);
    c.at += length;
    return this.slice(c.at - length, c.at);
  }

  private eachProperty(see: (name: string, value: string) => void): void {
    const { datum, fields, cursor: c } = this;
    c.bytes = datum.bytes;
    c.at = datum.starts[fields.properties] as number;
    c.end = datum.ends[fields.properties] as number;
    for (let count = readLong(c); count !== 0; count = readLong(c)) {
      if (count < 0) readLong(c); // the block's size, which the walker has checked
      for (let left = Math.abs(count); left > 0; left -= 1) see(this.nextText(), this.nextText());
    }
  }
}

export const createEventView = (fields: EventFields = eventFields()): EventView => new BytesEventView(fields);
