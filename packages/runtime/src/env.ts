import { z } from 'zod';

/** Cross-field rule: returns what would be lost, or undefined where all is well. */
export type EnvRule<T> = (env: T) => string | undefined;

export type EnvSource = Readonly<Record<string, string | undefined>>;

/**
 * Parses a process's environment once and freezes it.
 * Throws an Error whose message lists every bad variable and every broken rule, one a line.
 */
export const parseEnv = <S extends z.ZodType>(
  schema: S,
  source: EnvSource,
  rules: readonly EnvRule<z.output<S>>[] = [],
): Readonly<z.output<S>> => {
  const parsed = schema.safeParse(source);
  if (!parsed.success) {
    const lines = parsed.error.issues.map(({ path, message }) => {
      const name = path.join('.');
      return source[name] === undefined ? `  ${name}: not set; ${message}` : `  ${name}: ${message}`;
    });
    throw new Error(`the environment is not usable:\n${lines.join('\n')}`);
  }
  const broken = rules.map((rule) => rule(parsed.data)).filter((text) => text !== undefined);
  if (broken.length > 0) throw new Error(`the environment is not usable:\n  ${broken.join('\n  ')}`);
  return Object.freeze(parsed.data);
};

/** Variables that every service has. */
export const serviceEnv = {
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error']).default('info'),
  /** health and metrics; 0 takes a free port */
  HTTP_PORT: z.coerce.number().int().min(0).max(65_535).default(0),
  HTTP_HOST: z.string().default('127.0.0.1'),
};
