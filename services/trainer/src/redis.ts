import type { Health, Logger } from '@nextcart/runtime';
import { Redis } from 'ioredis';

const FIRST_WAIT_MS = 100;
const MAX_WAIT_MS = 2000;

/** A connection that is tried for as long as it takes; commands wait for it. Health tells why it is not there. */
export const connectRedis = (
  url: string,
  { log, health }: { readonly log: Logger; readonly health: Health },
): Redis => {
  const { host } = new URL(url);
  const redis = new Redis(url, {
    maxRetriesPerRequest: null, // a command waits until Redis is back, instead of failing the job that sent it
    retryStrategy: (tries) => Math.min(FIRST_WAIT_MS * 2 ** Math.min(tries, 10), MAX_WAIT_MS),
  });
  let reason = 'not connected yet';
  redis.on('error', (error: Error) => {
    if (reason !== error.message) log.warn({ err: error, host }, 'redis_unavailable');
    reason = error.message;
  });
  redis.on('close', () => {
    if (reason === '') reason = 'the connection was closed';
  });
  redis.on('ready', () => {
    log.info({ host }, 'redis_connected');
    reason = '';
  });
  health.add('redis', () =>
    redis.status === 'ready'
      ? { ok: true, detail: `connected to ${host}` }
      : { ok: false, detail: `waiting for Redis at ${host}: ${reason}` },
  );
  return redis;
};
