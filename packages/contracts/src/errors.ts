/** Closed list: what can stop a step. A per-event problem is an outcome, not one of these. */
export const errorCodes = [
  'broker_unavailable',
  'registry_unavailable',
  'store_unavailable',
  'store_refused',
  'artifacts_unavailable',
  'lost_partition',
  'log_moved', // the log no longer holds what we must read, or holds less than we have read
  'bad_configuration',
  'bad_input',
  'missing_server',
  'snapshot_missing',
  'internal',
] as const;
export type ErrorCode = (typeof errorCodes)[number];

export interface NextcartErrorOptions {
  /** True where the same call may succeed later, unchanged. */
  readonly retry: boolean;
  readonly cause?: unknown;
  /** What a person can do about it; becomes the end of the message. */
  readonly cure?: string | undefined;
  /** Ids and numbers that a person needs to act; goes into logs as fields. */
  readonly context?: Readonly<Record<string, string | number | boolean>>;
}

/** The one error class. Its message names the cure where there is one. */
export class NextcartError extends Error {
  override readonly name = 'NextcartError';
  readonly code: ErrorCode;
  readonly retry: boolean;
  readonly cure: string | undefined;
  readonly context: Readonly<Record<string, string | number | boolean>>;

  constructor(code: ErrorCode, message: string, options: NextcartErrorOptions) {
    super(
      options.cure === undefined ? message : `${message}; ${options.cure}`,
      options.cause === undefined ? {} : { cause: options.cause },
    );
    this.code = code;
    this.retry = options.retry;
    this.cure = options.cure;
    this.context = options.context ?? {};
  }
}
