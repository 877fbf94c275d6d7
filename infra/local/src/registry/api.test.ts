import { mkdirSync, mkdtempSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { answerRequest } from './api.ts';
import { createSchemaStore, type SchemaStore } from './store.ts';

const record = (...fields: object[]): string => JSON.stringify({ type: 'record', name: 'R', fields });
const a = { name: 'a', type: 'int' };
const b = { name: 'b', type: ['null', 'string'], default: null };
const required = { name: 'c', type: 'string' };

let dir: string;
let store: SchemaStore;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'nextcart-registry-'));
  store = createSchemaStore(join(dir, 'schemas.json'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const call = (method: string, url: string, body?: object) =>
  answerRequest(store, { method, url, body: body === undefined ? '' : JSON.stringify(body) });
const register = (subject: string, schema: string) => call('POST', `/subjects/${subject}/versions`, { schema });

test('a schema registered twice, or under two subjects, has one id', () => {
  expect(register('s-value', record(a))).toEqual({ status: 200, body: { id: 1 } });
  expect(register('s-value', ` ${record(a)} `)).toEqual({ status: 200, body: { id: 1 } });
  expect(register('t-value', record(a))).toEqual({ status: 200, body: { id: 1 } });
  expect(register('t-value', record(a, b))).toEqual({ status: 200, body: { id: 2 } });
  expect(call('GET', '/subjects').body).toEqual(['s-value', 't-value']);
  expect(call('GET', '/subjects/t-value/versions').body).toEqual([1, 2]);
  expect(call('GET', '/schemas/ids/1/versions').body).toEqual([
    { subject: 's-value', version: 1 },
    { subject: 't-value', version: 1 },
  ]);
});

test('what could not be written down has no id, neither then nor at the next try', () => {
  register('s', record(a));
  const unwritable = join(dir, 'schemas.json.new');
  mkdirSync(unwritable);
  expect(register('s', record(a, b)).status).toBe(500);
  expect(call('PUT', '/config', { compatibility: 'NONE' }).status).toBe(500);
  rmdirSync(unwritable);
  expect(call('GET', '/schemas/ids/2').status).toBe(404);
  expect(call('GET', '/config').body).toEqual({ compatibilityLevel: 'BACKWARD' });
  expect(register('s', record(a, b))).toEqual({ status: 200, body: { id: 2 } });
  store = createSchemaStore(join(dir, 'schemas.json'));
  expect(call('GET', '/schemas/ids/2')).toEqual({ status: 200, body: { schema: record(a, b) } });
});

test('a version is read by number and as latest', () => {
  register('s', record(a));
  register('s', record(a, b));
  expect(call('GET', '/subjects/s/versions/1').body).toEqual({ subject: 's', version: 1, id: 1, schema: record(a) });
  expect(call('GET', '/subjects/s/versions/latest').body).toMatchObject({ version: 2, id: 2 });
  expect(call('GET', '/schemas/ids/2').body).toEqual({ schema: record(a, b) });
  expect(call('GET', '/subjects/s/versions/1/schema').body).toEqual(JSON.parse(record(a)));
});

test('a look-up finds the version of a schema', () => {
  register('s', record(a));
  expect(call('POST', '/subjects/s', { schema: record(a) }).body).toMatchObject({ version: 1, id: 1 });
  expect(call('POST', '/subjects/s', { schema: record(b) })).toMatchObject({
    status: 404,
    body: { error_code: 40403 },
  });
});

test('what is not there has the error code that clients know', () => {
  expect(call('GET', '/subjects/no/versions')).toMatchObject({ status: 404, body: { error_code: 40401 } });
  register('s', record(a));
  expect(call('GET', '/subjects/s/versions/9')).toMatchObject({ status: 404, body: { error_code: 40402 } });
  expect(call('GET', '/subjects/s/versions/x')).toMatchObject({ status: 422, body: { error_code: 42202 } });
  expect(call('GET', '/schemas/ids/99')).toMatchObject({ status: 404, body: { error_code: 40403 } });
  expect(call('GET', '/nothing').status).toBe(404);
});

test('text that is no Avro schema, and a body that holds none, are refused', () => {
  expect(register('s', '{"type":"nonsense"}')).toMatchObject({ status: 422, body: { error_code: 42201 } });
  expect(call('POST', '/subjects/s/versions', { schemaType: 'JSON', schema: '{}' })).toMatchObject({
    status: 422,
    body: { error_code: 42201 },
  });
});

test('a schema that can not read what was written before is refused with the reason', () => {
  register('s', record(a));
  const answer = register('s', record(a, required));
  expect(answer).toMatchObject({ status: 409, body: { error_code: 409 } });
  expect(JSON.stringify(answer.body)).toMatch(/no matching field for default-less/);
  expect(call('POST', '/compatibility/subjects/s/versions/latest', { schema: record(a, required) }).body).toMatchObject(
    {
      is_compatible: false,
    },
  );
  expect(call('POST', '/compatibility/subjects/s/versions/latest', { schema: record(a, b) }).body).toEqual({
    is_compatible: true,
    messages: [],
  });
});

test('the level of a subject goes before the general one', () => {
  register('s', record(a));
  expect(call('GET', '/config').body).toEqual({ compatibilityLevel: 'BACKWARD' });
  expect(call('GET', '/config/s')).toMatchObject({ status: 404, body: { error_code: 40408 } });
  expect(call('GET', '/config/s?defaultToGlobal=true').body).toEqual({ compatibilityLevel: 'BACKWARD' });
  expect(call('PUT', '/config/s', { compatibility: 'NONE' }).body).toEqual({ compatibility: 'NONE' });
  expect(register('s', record(a, required)).status).toBe(200);
  expect(call('PUT', '/config', { compatibility: 'MAYBE' })).toMatchObject({
    status: 422,
    body: { error_code: 42203 },
  });
});

test('FORWARD asks the opposite question, FULL both', () => {
  register('s', record(a));
  call('PUT', '/config/s', { compatibility: 'FORWARD' });
  expect(register('s', record(a, required)).status).toBe(200);
  call('PUT', '/config/s', { compatibility: 'FULL' });
  expect(register('s', record(a)).status).toBe(200); // known already: nothing changes
  expect(register('s', record(a, required, { name: 'd', type: 'int' })).status).toBe(409);
});

test('transitive levels look at all versions', () => {
  call('PUT', '/config/s', { compatibility: 'NONE' });
  register('s', record(required));
  register('s', record(a));
  call('PUT', '/config/s', { compatibility: 'BACKWARD' });
  expect(register('s', record(a, b)).status).toBe(200);
  call('PUT', '/config/s', { compatibility: 'BACKWARD_TRANSITIVE' });
  expect(register('s', record(a, { ...b, name: 'e' })).status).toBe(409);
});

test('all of it is there again after a restart', () => {
  register('s%2Fx-value', record(a));
  call('PUT', '/config/s', { compatibility: 'FULL' });
  store = createSchemaStore(join(dir, 'schemas.json'));
  expect(call('GET', '/subjects/s%2Fx-value/versions/latest').body).toMatchObject({ subject: 's/x-value', id: 1 });
  expect(call('GET', '/config/s').body).toEqual({ compatibilityLevel: 'FULL' });
  expect(register('t', record(b)).body).toEqual({ id: 2 });
});
