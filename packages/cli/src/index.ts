export { readEnv } from './env.ts';
export { createEventSender, type EventSender } from './event-sender.ts';
export { type LedgerLine, ledgerTopics, readLedger } from './ledger.ts';
