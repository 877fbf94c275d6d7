export {
  type CatalogEntry,
  type CatalogFacts,
  type CatalogLookup,
  type CatalogState,
  createCatalogState,
} from './catalog-state.ts';
export {
  type Cleaner,
  type CleanerOptions,
  createCleaner,
  DEDUPE_WINDOW,
  FUTURE_ALLOWANCE_MS,
  LATENESS_MS,
  type RestoredState,
} from './cleaner.ts';
export { createCursor, readLong } from './cursor.ts';
export { createEventView, type EventFields, type EventView, eventFields } from './event-view.ts';
export { createHistoryEvent, encodeHistory, historyEventId } from './history-event.ts';
export { createIdWindow, type IdWindow } from './id-window.ts';
export { type CatalogJudge, type CatalogVerdict, createCatalogJudge } from './judge-catalog-record.ts';
export { defaultLimits, type Limits, MAX_CATEGORY_LEVELS, MAX_VALUE_BYTES } from './limits.ts';
export { decodeHistory, type MergedEvent } from './merged-history.ts';
export { createRates, type Rates, type RatesFile } from './rates.ts';
export { createHistoryView, type HistoryView, readHistory } from './read-history.ts';
export { type RebuildRow, rebuildState } from './rebuild-state.ts';
export { INVALID_SOURCE, MAX_TIME, MIN_TIME } from './record-origin.ts';
export { createSchemaVersions, type SchemaVersion, type SchemaVersions } from './schema-versions.ts';
export { MIN_MAD, OUTLIER_DEVIATIONS } from './spreads.ts';
export { stateBytes } from './state-bytes.ts';
export {
  createSubjectState,
  type FoldEvent,
  foldEvent,
  foldVerdict,
  IMPRESSION,
  isSignedIn,
  lastOffset,
  lengthOf,
  ownerOf,
  type SubjectState,
} from './subject-state.ts';
export { createVerdict, emptyEventDatum, type Verdict } from './verdict.ts';
export { createDatumView, createWalker, type DatumView, type Walker } from './walker.ts';
