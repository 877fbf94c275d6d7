export { readEnv } from './env.ts';
export { createEventSender, type EventSender } from './event-sender.ts';
export { type LedgerLine, ledgerTopics, readLedger } from './ledger.ts';
export { promote, rollBack } from './models/change-release.ts';
export type { ListDifference } from './replay/list-difference.ts';
export { openReplay, type Replay } from './replay/open-replay.ts';
export { renderDifference } from './replay/render-replay.ts';
export type { VerifyReport } from './replay/verify-lists.ts';
export type { WhatIfReport } from './replay/what-if.ts';
