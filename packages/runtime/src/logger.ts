import { type Logger, pino } from 'pino';

export type { Logger } from 'pino';

/** JSON lines on stdout: object first, event name in snake_case, ids as fields. */
export const createLogger = (service: string, level = 'info'): Logger =>
  pino({ name: service, level, base: { service }, timestamp: pino.stdTimeFunctions.isoTime });
