import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { type AskServer, createAskServer } from './ask-server.ts';

/** HTTP alone is at stake here, and moments that a real server does not have at will. */
let server: Server | undefined;
let asker: AskServer | undefined;
afterEach(() => {
  asker?.close();
  server?.closeAllConnections();
  server?.close();
});

const seen: IncomingMessage[] = [];
const askerOf = async (answer: (request: number, response: ServerResponse) => void): Promise<AskServer> => {
  seen.length = 0;
  server = createServer((request, response) => {
    seen.push(request);
    request.resume().on('end', () => answer(seen.length, response));
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const who = { database: 'shop', username: 'böse', password: 'p€', application: 'nextcart' };
  asker = createAskServer({ url, ...who, ca: undefined, timeoutMs: 5000 });
  return asker;
};

test('a question on a connection that was closed meanwhile is asked once more, on one of its own', async () => {
  const { ask } = await askerOf((nth, response) => {
    if (nth === 2) response.socket?.destroy();
    else response.end(`answer ${nth}`);
  });
  expect(await ask('SELECT 1', {})).toBe('answer 1');
  expect(await ask('SELECT 2', {})).toBe('answer 3');
});

test('a server that cuts every connection is not asked without end', async () => {
  const { ask } = await askerOf((nth, response) => {
    if (nth > 1) response.socket?.destroy();
    else response.end('answer');
  });
  await ask('SELECT 1', {});
  await expect(ask('SELECT 2', {})).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(seen.length).toBe(3);
});

test('an answer that is cut in the middle is no answer', async () => {
  const { ask } = await askerOf((_, response) => {
    response.writeHead(200, { 'content-length': 100 });
    response.write('half', () => response.socket?.destroy());
  });
  await expect(ask('SELECT 1', {})).rejects.toMatchObject({ code: 'ECONNRESET' });
});

test('closing rejects a question that is under way, and it is not asked again', async () => {
  const { ask, close } = await askerOf((nth, response) => {
    if (nth === 1) response.end('answer');
    else close();
  });
  await ask('SELECT 1', {});
  await expect(ask('SELECT 2', {})).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(seen.length).toBe(2);
});

test('who asks is told in letters of any language, and settings travel with the question', async () => {
  const { ask } = await askerOf((_, response) => response.end());
  await ask('SELECT 1', { max_threads: 1 });
  const [request] = seen;
  const basic = Buffer.from(request?.headers.authorization?.replace('Basic ', '') ?? '', 'base64').toString();
  expect([basic, request?.headers['user-agent']]).toEqual(['böse:p€', 'nextcart']);
  const search = new URL(request?.url ?? '', 'http://any').searchParams;
  expect(Object.fromEntries(search)).toEqual({ database: 'shop', wait_end_of_query: '1', max_threads: '1' });
});
