import type { PidBook } from './pids.ts';
import type { Ports } from './ports.ts';

/** What each server of a stack is made with. */
export interface ServerContext {
  readonly ports: Ports;
  readonly dataDir: string;
  readonly logsDir: string;
  readonly pids: PidBook;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: (line: string) => void;
}
