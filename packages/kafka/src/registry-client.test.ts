import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLogger, systemClock } from '@nextcart/runtime';
import { afterEach, expect, test } from 'vitest';
import { createRegistryClient } from './registry-client.ts';

let server: Server | undefined;
afterEach(() => server?.close());

/** A client of a server that always answers the same; `asked` keeps the requests' authorisation. */
const against = async (status: number, body: string) => {
  const asked: (string | undefined)[] = [];
  const listening = createServer((request, response) => {
    asked.push(request.headers.authorization);
    response.writeHead(status).end(body);
  });
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  const url = `http://user:p%40ss@127.0.0.1:${(listening.address() as AddressInfo).port}/`;
  return { asked, client: createRegistryClient({ url, log: createLogger('test', 'silent'), clock: systemClock }) };
};

test.each([
  ['a proxy that knows no such page', 404, '<html>not here</html>'],
  ["a 404 without the registry's code", 404, '{"message":"no route"}'],
  ['a failing registry', 500, '{"error_code":50001,"message":"down"}'],
  ['an answer of another shape', 200, '{"hello":1}'],
])('%s is no denial of a schema: the registry is unavailable', async (_name, status, body) => {
  const { client } = await against(status, body);
  await expect(client.schema(1)).rejects.toMatchObject({ code: 'registry_unavailable', retry: true });
  await expect(client.latest('s')).rejects.toMatchObject({ code: 'registry_unavailable' });
});

test("the registry's own code is a denial", async () => {
  const { client } = await against(404, '{"error_code":40403,"message":"Schema not found"}');
  expect(await client.schema(1)).toBeNull();
});

test('a schema is asked for once, with the login of the address', async () => {
  const { client, asked } = await against(200, '{"schema":"\\"int\\""}');
  expect(await client.schema(7)).toBe('"int"');
  expect(await client.schema(7)).toBe('"int"');
  expect(asked).toEqual([`Basic ${Buffer.from('user:p@ss').toString('base64')}`]);
});

test('a registry that is not there is told from one that does not know us, which names the cure', async () => {
  const { client } = await against(200, '[]');
  await client.check();
  await new Promise((resolve) => server?.close(resolve));
  server = undefined;
  await expect(client.check()).rejects.toThrow(/does not answer: .*ECONNREFUSED/);
  const stranger = (await against(401, '<html>Unauthorized</html>')).client;
  for (const call of [stranger.check(), stranger.schema(1), stranger.register('s', '"int"')])
    await expect(call).rejects.toThrow(/let us in \(status 401\); correct .* SCHEMA_REGISTRY_URL/);
});
