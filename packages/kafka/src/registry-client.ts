import { NextcartError } from '@nextcart/contracts';
import { type Clock, certificateCure, type Logger } from '@nextcart/runtime';
import { z } from 'zod';
import type { RegistryConnection } from './env.ts';
import { describe, kafkajsFields } from './errors.ts';
import { httpCall } from './http-call.ts';
import type { RegistryClient } from './registry.ts';

const TIMEOUT_MS = 5000;
const MEDIA_TYPE = 'application/vnd.schemaregistry.v1+json';
const names = { caVariable: 'SCHEMA_REGISTRY_CA_FILE', addressVariable: 'SCHEMA_REGISTRY_URL' };
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
export const createRegistryClient = (deps: RegistryConnection & { log: Logger; clock: Clock }): RegistryClient => {
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

  const unavailable = (detail: string, cause?: unknown): NextcartError => {
    const { code } = kafkajsFields(cause);
    return new NextcartError('registry_unavailable', `the schema registry does not answer: ${detail}`, {
      retry: true,
      cause,
      cure: certificateCure(typeof code === 'string' ? code : undefined, names),
    });
  };
  const refused = (status: number): NextcartError =>
    new NextcartError('registry_unavailable', `the schema registry does not let us in (status ${status})`, {
      retry: true,
      cure: 'correct user and password in SCHEMA_REGISTRY_URL',
    });

  const call = async (path: string, body?: object): Promise<Answer> => {
    try {
      const { status, text } = await httpCall(`${root}${path}`, {
        headers: body === undefined ? headers : { ...headers, 'content-type': MEDIA_TYPE },
        timeoutMs: TIMEOUT_MS,
        ca: deps.ca,
        body: body === undefined ? undefined : JSON.stringify(body),
      });
      if (status === 401 || status === 403) throw refused(status);
      if (status >= 500) throw new Error(`status ${status}: ${text.slice(0, 200)}`);
      return { status, body: text === '' ? {} : JSON.parse(text) };
    } catch (error) {
      log.debug({ path, detail: describe(error) }, 'registry_call_failed');
      throw error instanceof NextcartError ? error : unavailable(describe(error), error);
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
    check: async () => {
      const { status } = await call('/subjects');
      if (status !== 200) throw unavailable(`status ${status} at /subjects`);
    },
  };
};
