/** What became of a record: each record of the log has exactly one outcome and one row. */
export const outcomes = ['accepted', 'duplicate', 'late', 'quarantined'] as const;
export type Outcome = (typeof outcomes)[number];

/** Why a record was quarantined. Closed: a new reason is added here, in the docs, and in the ledger's test. */
export const reasonCodes = [
  'empty_value', // a tombstone or a zero-length value on a topic that has none
  'not_avro', // no magic byte, or shorter than the header
  'unknown_schema', // a healthy registry denies the schema id
  'wrong_schema', // the id belongs to a schema that can't be read as this topic's
  'bad_datum', // the bytes end early, run over, or hold an impossible length, union branch or enum index
  'bad_utf8', // a string is not UTF-8
  'bad_event_id', // not a UUID
  'missing_subject', // neither userId nor visitorId; or identify/history without what they need; or a list of nobody
  'missing_item', // a type that is about an item, without itemId
  'missing_query', // search without query text
  'future_time', // more than the allowance ahead of the broker's (or the source's) clock
  'impossible_time', // before 2000-01-01, or beyond what the store can hold
  'bad_amount', // negative, or beyond the store's precision
  'bad_quantity', // zero or negative
  'too_large', // value, or a string in it, beyond the stated limit
  'store_refused', // the store refused this one record
] as const;
export type ReasonCode = (typeof reasonCodes)[number];

/**
 * Bits of a row's `flags`. A flagged row stays in history; rows with a bit of `EXCLUDED_FROM_WINDOWS`
 * are left out of windows and training.
 */
export const flags = {
  imputedCategory: 1,
  imputedAmount: 2,
  imputedCurrency: 4,
  unknownItem: 8, // the catalogue has no such item (yet)
  unknownCurrency: 16, // no rate to the base currency
  outlierAmount: 32, // outside the robust spread of its category
  robot: 64, // the subject's rate is beyond a person's
  oldSchema: 128, // transcoded from an older version
  wrongKey: 256, // the record's key is not its subject
} as const;
export const EXCLUDED_FROM_WINDOWS = flags.outlierAmount | flags.robot;
