import { type Logger, pino } from 'pino';

export type { Logger } from 'pino';

const STDOUT = 1;
/** For programs whose stdout is their result. */
export const STDERR = 2;

/** JSON lines, on stdout where no other file descriptor is named: object first, event name in snake_case, ids as fields. */
export const createLogger = (service: string, level = 'info', file = STDOUT): Logger =>
  pino({ name: service, level, base: { service }, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination(file));
