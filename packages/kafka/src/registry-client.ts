import { NextcartError } from '@nextcart/contracts';
import type { Clock, Logger } from '@nextcart/runtime';
import { z } from 'zod';
import { describe } from './errors.ts';
import type { RegistryClient } from './registry.ts';

const TIMEOUT_MS = 5000;
const MEDIA_TYPE = 'application/vnd.schemaregistry.v1+json';
/** Confluent's codes of "not there": subject, version, schema. */
const NOT_THERE = new Set([40401, 40402, 40403]);

const idBody = z.object({ id: z.number().int() });
const latestBody = z.object({ id: z.number().int(), version: z.number().int(), schema: z.string() });
const schemaBody = z.object({ schema: z.string() });
const errorBody = z.object({ error_code: z.number().optional(), message: z.string().optional() });

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** `url` may hold user and password, for a registry with basic authentication. */
export const createRegistryClient = (deps: { url: string; log: Logger; clock: Clock }): RegistryClient => {
  const { log } = deps;
  const base = new URL(deps.url);
  const headers: Record<string, string> = { accept: MEDIA_TYPE };
  if (base.username !== '') {
    const login = `${decodeURIComponent(base.username)}:${decodeURIComponent(base.password)}`;
    headers['authorization'] = `Basic ${Buffer.from(login).toString('base64')}`;
    base.username = '';
    base.password = '';
  }
  const root = base.href.replace(/\/$/, '');
  /** Ids are never given to another schema. */
  const texts = new Map<number, string>();

  const unavailable = (detail: string, cause?: unknown): NextcartError =>
    new NextcartError('registry_unavailable', `the schema registry does not answer: ${detail}`, { retry: true, cause });

  const call = async (path: string, body?: object): Promise<Answer> => {
    try {
      const response = await fetch(`${root}${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        headers: body === undefined ? headers : { ...headers, 'content-type': MEDIA_TYPE },
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      if (response.status >= 500) throw new Error(`status ${response.status}: ${text.slice(0, 200)}`);
      return { status: response.status, body: text === '' ? {} : JSON.parse(text) };
    } catch (error) {
      log.debug({ path, detail: describe(error) }, 'registry_call_failed');
      throw unavailable(describe(error), error);
    }
  };

  /** Null where a healthy registry says that it has no such thing: by its own code, not by a proxy's bare 404. */
  const read = async <T>(path: string, shape: z.ZodType<T>): Promise<T | null> => {
    const { status, body } = await call(path);
    if (status === 200) {
      const parsed = shape.safeParse(body);
      if (parsed.success) return parsed.data;
      throw unavailable(`an answer of another shape at ${path}`);
    }
    const error = errorBody.safeParse(body).data;
    if (status === 404 && NOT_THERE.has(error?.error_code ?? 0)) return null;
    throw unavailable(`status ${status} at ${path}: ${error?.message ?? ''}`);
  };

  return {
    register: async (subject, schema) => {
      const { status, body } = await call(`/subjects/${encodeURIComponent(subject)}/versions`, { schema });
      const parsed = idBody.safeParse(body);
      if (status === 200 && parsed.success) return parsed.data.id;
      throw new NextcartError(
        'bad_configuration',
        `the registry refuses the schema of ${subject} (${status}): ${errorBody.safeParse(body).data?.message ?? ''}`,
        { retry: false, context: { subject, status } },
      );
    },
    latest: (subject) => read(`/subjects/${encodeURIComponent(subject)}/versions/latest`, latestBody),
    schema: async (id) => {
      const known = texts.get(id);
      if (known !== undefined) return known;
      const found = await read(`/schemas/ids/${id}`, schemaBody);
      if (found === null) return null;
      texts.set(id, found.schema);
      return found.schema;
    },
    ping: async () => {
      try {
        return (await call('/subjects')).status === 200;
      } catch {
        return false;
      }
    },
  };
};
