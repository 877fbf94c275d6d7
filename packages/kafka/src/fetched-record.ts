import { eachHeader, type LogRecord, type PackedRecord } from '@nextcart/contracts';

/**
 * A record as it lies in its unpacked batch: some numbers, and buffers when somebody asks for them. A class, because
 * one is made for each record that is read, and getters of a prototype cost nothing to make.
 */
export class FetchedRecord implements PackedRecord {
  readonly block: Buffer;
  readonly offset: number;
  readonly appendedAt: number;
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly valueStart: number;
  readonly valueEnd: number;
  readonly headersStart: number;
  readonly headersEnd: number;
  /** A transaction's mark, which is no record of anybody's; kafkajs looks for it under this name. */
  readonly isControlRecord: boolean;

  constructor(
    block: Buffer,
    offset: number,
    appendedAt: number,
    keyStart: number,
    keyEnd: number,
    valueStart: number,
    valueEnd: number,
    headersStart: number,
    headersEnd: number,
    isControlRecord: boolean,
  ) {
    this.block = block;
    this.offset = offset;
    this.appendedAt = appendedAt;
    this.keyStart = keyStart;
    this.keyEnd = keyEnd;
    this.valueStart = valueStart;
    this.valueEnd = valueEnd;
    this.headersStart = headersStart;
    this.headersEnd = headersEnd;
    this.isControlRecord = isControlRecord;
  }

  get key(): Buffer | null {
    return this.keyStart < 0 ? null : this.block.subarray(this.keyStart, this.keyEnd);
  }

  get value(): Buffer | null {
    return this.valueStart < 0 ? null : this.block.subarray(this.valueStart, this.valueEnd);
  }

  get headers(): LogRecord['headers'] {
    const found: Record<string, Buffer> = {};
    eachHeader(this, (block, name, nameEnd, value, valueEnd) => {
      const text = block.toString('utf8', name, nameEnd);
      // of a repeated header the last holds, and one without a value is none
      if (value < 0) delete found[text];
      else found[text] = block.subarray(value, valueEnd);
    });
    return Object.keys(found).length === 0 ? undefined : found;
  }
}

/**
 * The records of one fetched partition, as kafkajs's Batch wants them: it filters what was fetched twice, by the offset
 * that was asked for and by control records, with a 64-bit number made of each offset. Offsets rise, so where the first
 * record passes, all of them do.
 */
export class FetchedRecords extends Array<FetchedRecord> {
  /** Array's own constructor takes a number for a length, and this one is never handed any. */
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }

  hasControl = false;

  override filter(keep: (record: FetchedRecord, at: number, all: FetchedRecord[]) => unknown): FetchedRecord[] {
    const first = this[0];
    if (first === undefined || (!this.hasControl && Boolean(keep(first, 0, this)))) return this;
    return super.filter(keep);
  }
}
