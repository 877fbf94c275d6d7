import { behaviourEventCodec, type Outcome, type ReasonCode } from '@nextcart/contracts';
import { createEventView, type EventFields, type EventView, eventFields } from './event-view.ts';

/**
 * What became of one record. Reused from record to record: copy what you keep. `event` and the datum are of the newest
 * schema, and valid where the outcome is not quarantined. What is derived (category to baseUnits) belongs to kept rows
 * alone, so that no sum over a duplicate counts twice.
 */
export interface Verdict {
  outcome: Outcome;
  /** Empty unless quarantined. */
  reason: ReasonCode | '';
  /** Field that is the reason, dotted; empty for the record as a whole. */
  fieldPath: string;
  /** Bits of contracts' `flags`. */
  flags: number;
  /** As the store's int32 has it; -1 where the record names none. */
  schemaId: number;
  source: string;
  /** Epoch ms. */
  shopClock: number;
  /** Empty where the record was quarantined. Made at first reading. */
  readonly subject: string;
  /** Field that the subject is in, by its position in the datum; -1 for none. */
  subjectField: number;
  readonly event: EventView;
  /** The datum is bytes[datumStart, datumEnd). */
  bytes: Buffer;
  datumStart: number;
  datumEnd: number;
  /** Path text by the catalogue; empty where unknown. */
  category: string;
  brand: string;
  /** Money of the line, given or from the catalogue; null for types that move none. */
  lineUnits: bigint | null;
  lineCurrency: string;
  /** In the base currency; null where there is no rate. */
  baseUnits: bigint | null;
}

const NO_BYTES = Buffer.alloc(0);

/** A class for the one getter, as `EventView` is. */
class RecordVerdict implements Verdict {
  outcome: Outcome = 'quarantined';
  reason: ReasonCode | '' = '';
  fieldPath = '';
  flags = 0;
  schemaId = -1;
  source = '';
  shopClock = 0;
  subjectField = -1;
  readonly event: EventView;
  bytes = NO_BYTES;
  datumStart = 0;
  datumEnd = 0;
  category = '';
  brand = '';
  lineUnits: bigint | null = null;
  lineCurrency = '';
  baseUnits: bigint | null = null;
  private readonly visitorField: number;

  constructor(fields: EventFields) {
    this.event = createEventView(fields);
    this.visitorField = fields.visitorId;
  }

  get subject(): string {
    if (this.subjectField < 0) return '';
    return (this.subjectField === this.visitorField ? this.event.visitorId : this.event.userId) ?? '';
  }
}

export const createVerdict = (fields: EventFields = eventFields()): Verdict => new RecordVerdict(fields);

/** Clears all but the event's view. */
export const clearVerdict = (out: Verdict): void => {
  out.outcome = 'quarantined';
  out.reason = '';
  out.fieldPath = '';
  out.flags = 0;
  out.schemaId = -1;
  out.subjectField = -1;
  out.bytes = NO_BYTES;
  out.datumStart = 0;
  out.datumEnd = 0;
  out.category = '';
  out.brand = '';
  out.lineUnits = null;
  out.lineCurrency = '';
  out.baseUnits = null;
};

/** The datum that stands in for one that can't be stored: what follows the prefix of a quarantined row. */
export const emptyEventDatum = (): Buffer =>
  behaviourEventCodec().encode({
    eventId: '00000000-0000-0000-0000-000000000000',
    eventTime: 0,
    eventType: 'search',
    visitorId: null,
    userId: null,
    sessionId: null,
    itemId: null,
    query: null,
    quantity: null,
    amount: null,
    currency: null,
    recommId: null,
    properties: {},
  });
