/** A record as it was read from the log: what packages/kafka hands out and packages/events judges. */
export interface LogRecord {
  readonly offset: number;
  /** The broker's append time, epoch ms. */
  readonly appendedAt: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, Buffer>> | undefined;
}
