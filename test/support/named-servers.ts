import { connect } from 'node:net';
import { type StackUrls, stackEnv } from '@nextcart/local';

const TIMEOUT_MS = 10_000;
const USUAL_PORTS: Readonly<Record<string, string>> = {
  'http:': '80',
  'https:': '443',
  'redis:': '6379',
  'rediss:': '6379',
  'kafka:': '9092',
};

/**
 * Throws where nothing listens at an address that the environment names. Otherwise each test would find that out for
 * itself: by the time limit of its set-up, which vitest shows as a skipped test.
 */
export const requireNamedServers = async (named: Partial<StackUrls>): Promise<void> => {
  for (const [name, value] of Object.entries<string | undefined>(stackEnv(named as StackUrls))) {
    if (value === undefined) continue;
    // one broker of several is enough; other addresses may have a comma in their password
    const addresses = name === 'KAFKA_BROKERS' ? value.split(',').map((broker) => `kafka://${broker}`) : [value];
    if (!addresses.every((address) => URL.canParse(address))) throw new Error(`${name} is no address of a server`);
    const tried = await Promise.all(addresses.map(knock));
    if (!tried.includes(''))
      throw new Error(
        `${name} names a server that does not answer: ${tried.join(', ')}. Start it, or leave ${name} out: then one is started here.`,
      );
  }
};

/** '' where a server listens; else the address, without its password, and why not. */
const knock = (address: string): Promise<string> => {
  const { protocol, hostname, port } = new URL(address);
  const at = `${hostname}:${port || USUAL_PORTS[protocol]}`;
  return new Promise((resolve) => {
    const socket = connect({
      host: hostname.replace(/^\[|\]$/g, ''),
      port: Number(port || USUAL_PORTS[protocol]),
      timeout: TIMEOUT_MS,
    });
    const end = (why: string): void => {
      socket.destroy();
      resolve(why);
    };
    socket.once('connect', () => end(''));
    socket.once('timeout', () => end(`${at} (no answer within ${TIMEOUT_MS / 1000} s)`));
    socket.once('error', (error) => end(`${at} (${error.message})`));
  });
};
