import http from 'node:http';
import https from 'node:https';
import { parseError } from '@clickhouse/client';
import type { Settings } from './store.ts';

/** Below what servers keep idle connections for: 30 s, in older ones 3. */
export const IDLE_SOCKET_MS = 2000;

export interface AskServer {
  /** The answer's whole body; rejects with a ClickHouseError where the server refused, with Node's error where it is away. */
  ask(sql: string, settings: Settings): Promise<string>;
  /** Questions without an answer are rejected. */
  close(): void;
}

/**
 * The way of questions that somebody waits for. The official client lets a timer pass before each request, for idle
 * sockets to be closed in; on a loop that is two thirds busy that is 2 to 3 ms (docs/decisions/0011-cold-reads.md). Here
 * a request leaves in the turn in which it is made, and its answer comes in one piece. Where the server had closed the
 * connection and this process was too busy to hear of it, the question, which changes nothing, is asked once more.
 */
export const createAskServer = (server: {
  readonly url: URL;
  readonly database: string;
  readonly username: string;
  readonly password: string;
  readonly ca: string | undefined;
  readonly timeoutMs: number;
  /** By which the server's log of queries knows us. */
  readonly application: string;
}): AskServer => {
  const { url, database, timeoutMs } = server;
  const agentOptions = { keepAlive: true, timeout: IDLE_SOCKET_MS };
  const isTls = url.protocol === 'https:';
  const agent = isTls
    ? new https.Agent({ ...agentOptions, ...(server.ca === undefined ? {} : { ca: server.ca }) })
    : new http.Agent(agentOptions);
  const { request: open } = isTls ? https : http;
  const headers = {
    authorization: `Basic ${Buffer.from(`${server.username}:${server.password}`).toString('base64')}`,
    'user-agent': server.application,
  };
  let closed = false;

  const attempt = (path: string, body: Buffer, again: boolean): Promise<string> =>
    new Promise((resolve, reject) => {
      const request = open(new URL(path, url.origin), {
        ...(again ? { agent: false as const } : { agent }), // once more over a connection of its own
        ...(again && server.ca !== undefined ? { ca: server.ca } : {}),
        method: 'POST',
        timeout: timeoutMs,
        headers: { ...headers, 'content-length': body.length },
      });
      request.on('response', (response) => {
        const parts: Buffer[] = [];
        response.on('error', reject);
        response.on('data', (part: Buffer) => void parts.push(part));
        response.on('end', () => {
          const text = Buffer.concat(parts).toString();
          if (response.statusCode === 200) resolve(text);
          else reject(parseError(text));
        });
      });
      request.on('timeout', () => request.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)));
      request.on('error', (error: NodeJS.ErrnoException) => {
        const isStale = request.reusedSocket && error.code === 'ECONNRESET';
        if (isStale && !again && !closed) resolve(attempt(path, body, true));
        else reject(error);
      });
      request.end(body);
    });
  return {
    ask: (sql, settings) => {
      const search = new URLSearchParams({ database, wait_end_of_query: '1' }); // the status line tells the end
      for (const [name, value] of Object.entries(settings)) search.set(name, String(value));
      return attempt(`/?${search.toString()}`, Buffer.from(sql), false);
    },
    close: () => {
      closed = true;
      agent.destroy();
    },
  };
};
