import { mkdirSync, realpathSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { HOST } from '../ports.ts';
import type { ServerContext } from '../server-context.ts';
import { type Supervised, supervise } from '../supervise.ts';
import { findRedis } from './find.ts';

const READY_TIMEOUT_MS = 20_000;
const STOP_TIMEOUT_MS = 10_000;
const PROBE_TIMEOUT_MS = 1000;

export const createRedis = async (context: ServerContext, cache: string): Promise<Supervised> => {
  const dir = join(context.dataDir, 'redis');
  mkdirSync(dir, { recursive: true });
  return supervise(
    {
      name: 'redis',
      command: await findRedis(cache, context.log),
      args: [
        ...valueFlags({ bind: HOST, port: context.ports.redis, dir }),
        // a queue is not a cache: a job must neither be evicted nor lost with the process
        ...valueFlags({ 'maxmemory-policy': 'noeviction', appendonly: 'yes' }),
      ],
      env: context.env,
      cwd: dir,
      logFile: join(context.logsDir, 'redis.log'),
      isReady: () => isOurs(context.ports.redis, realpathSync(dir)),
      readyTimeoutMs: READY_TIMEOUT_MS,
      stopTimeoutMs: STOP_TIMEOUT_MS,
      cure: 'Name a server in REDIS_URL, or look at its log.',
    },
    context.pids,
    context.log,
  );
};

/** PONG (not LOADING), from the server that keeps its data in our folder. */
const isOurs = async (port: number, dir: string): Promise<boolean> => {
  const answer = await ask(port, 'PING\r\nCONFIG GET dir\r\nQUIT\r\n');
  return answer.startsWith('+PONG') && answer.includes(dir);
};

const ask = (port: number, commands: string): Promise<string> =>
  new Promise((resolve) => {
    let answer = '';
    const socket = connect({ port, host: HOST, timeout: PROBE_TIMEOUT_MS });
    socket.once('connect', () => socket.write(commands));
    socket.on('data', (chunk) => {
      answer += chunk.toString('utf8');
    });
    socket.once('timeout', () => socket.destroy());
    socket.once('error', () => resolve(''));
    socket.once('close', () => resolve(answer));
  });

const valueFlags = (values: Readonly<Record<string, string | number>>): string[] =>
  Object.entries(values).flatMap(([name, value]) => [`--${name}`, String(value)]);
