import { z } from 'zod';
import { type CompatibilityLevel, compatibilityLevels } from './compatibility.ts';
import { RegistryError, registryErrors } from './errors.ts';
import type { SchemaStore } from './store.ts';

/** The part of Confluent's HTTP API that clients of Avro topics use, as a function from request to answer. */
export interface ApiRequest {
  readonly method: string;
  /** Path and query, as in the request line. */
  readonly url: string;
  readonly body: string;
}
export interface ApiAnswer {
  readonly status: number;
  readonly body: unknown;
}

const schemaBody = z.object({
  schema: z.string(),
  schemaType: z.literal('AVRO').optional(),
  references: z.array(z.unknown()).max(0).optional(),
});
const levelBody = z.object({ compatibility: z.enum(compatibilityLevels) });

export const answerRequest = (store: SchemaStore, request: ApiRequest): ApiAnswer => {
  try {
    return { status: 200, body: route(store, request) };
  } catch (error) {
    if (error instanceof RegistryError)
      return { status: error.status, body: { error_code: error.code, message: error.message } };
    return { status: 500, body: { error_code: 50001, message: String(error) } };
  }
};

const route = (store: SchemaStore, { method, url, body }: ApiRequest): unknown => {
  const { pathname, searchParams } = new URL(url, 'http://registry');
  const [root = '', ...rest] = pathname.split('/').filter(Boolean).map(decodeURIComponent);
  switch (`${method} ${root}`) {
    case 'GET ':
      return {};
    case 'GET subjects':
      return readSubject(store, rest);
    case 'POST subjects':
      return writeSubject(store, rest, parseSchemaBody(body));
    case 'GET schemas':
      return readSchema(store, rest);
    case 'POST compatibility':
      return checkCompatibility(store, rest, parseSchemaBody(body));
    case 'GET config':
      return { compatibilityLevel: levelOf(store, rest[0], searchParams.get('defaultToGlobal') === 'true') };
    case 'PUT config':
      return setLevel(store, rest[0], body);
    case 'GET mode':
      return { mode: 'READWRITE' };
    default:
      return notFound();
  }
};

const readSubject = (store: SchemaStore, [subject, versions, version, only]: string[]): unknown => {
  if (subject === undefined) return store.subjects();
  if (versions !== 'versions') return notFound();
  if (version === undefined) return store.versions(subject);
  const found = store.version(subject, version);
  return only === 'schema' ? JSON.parse(found.schema) : found;
};

const writeSubject = (store: SchemaStore, [subject, versions]: string[], schema: string): unknown => {
  if (subject === undefined) return notFound();
  if (versions === undefined) return store.lookUp(subject, schema);
  return versions === 'versions' ? { id: store.register(subject, schema) } : notFound();
};

const readSchema = (store: SchemaStore, [kind, id, what]: string[]): unknown => {
  if (kind === 'types') return ['AVRO'];
  if (kind !== 'ids' || id === undefined) return notFound();
  if (what === 'versions') return store.uses(Number(id));
  if (what === 'schema') return JSON.parse(store.schemaText(Number(id)));
  return { schema: store.schemaText(Number(id)) };
};

const checkCompatibility = (
  store: SchemaStore,
  [subjects, subject, versions, version]: string[],
  schema: string,
): unknown => {
  if (subjects !== 'subjects' || subject === undefined || versions !== 'versions') return notFound();
  const messages = store.check(subject, schema, version);
  return { is_compatible: messages.length === 0, messages };
};

const levelOf = (store: SchemaStore, subject: string | undefined, orGlobal: boolean): CompatibilityLevel => {
  const level = store.level(subject) ?? (orGlobal ? store.level() : undefined);
  if (level !== undefined) return level;
  throw new RegistryError(
    registryErrors.subjectConfigNotFound,
    `Subject '${subject}' does not have subject-level compatibility configured`,
  );
};

const setLevel = (store: SchemaStore, subject: string | undefined, body: string): unknown => {
  const parsed = levelBody.safeParse(parseJson(body));
  if (!parsed.success)
    throw new RegistryError(
      registryErrors.invalidLevel,
      `Invalid compatibility level. Valid values are ${compatibilityLevels.join(', ')}`,
    );
  store.setLevel(parsed.data.compatibility, subject);
  return parsed.data;
};

const parseSchemaBody = (body: string): string => {
  const parsed = schemaBody.safeParse(parseJson(body));
  if (parsed.success) return parsed.data.schema;
  throw new RegistryError(
    registryErrors.invalidSchema,
    'the body must be {"schema": "<Avro schema as text>"}; other schema types and references are not supported here',
  );
};

const parseJson = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
};

const notFound = (): never => {
  throw new RegistryError(404, 'HTTP 404 Not Found');
};
