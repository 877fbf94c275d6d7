export { readEnv } from './env.ts';
export { createEventSender, type EventSender } from './event-sender.ts';
export { type LedgerLine, readLedger } from './ledger.ts';
