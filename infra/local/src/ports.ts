import { randomInt } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

/**
 * Ports are remembered in the data folder: a stack keeps its addresses over restarts, so that a client's
 * configuration stays right. A remembered port that someone else has taken meanwhile is replaced.
 */
export const HOST = '127.0.0.1';
/** Where the world expects these servers; tried first when there is nothing to remember. */
export const usualPorts = {
  kafka: 9092,
  kafkaController: 9093,
  clickhouse: 8123,
  redis: 6379,
  registry: 8081,
} as const;
export type PortName = keyof typeof usualPorts;
export type Ports = Record<PortName, number>;

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: HOST, exclusive: true }, () => server.close(() => resolve(true)));
  });

/**
 * Below the ports that systems give to outgoing connections, from 32,768 on: what is free now must still be when a server
 * that takes seconds to start listens on it.
 */
const FREE_PORTS = { from: 10_000, until: 32_000 } as const;
const TRIES = 1000;

/** The preferred port where it can be listened on, else any free one that is not in `taken`. */
export const choosePort = async (preferred: number | undefined, taken: ReadonlySet<number>): Promise<number> => {
  if (preferred !== undefined && !taken.has(preferred) && (await isFree(preferred))) return preferred;
  for (let tried = 0; tried < TRIES; tried += 1) {
    const port = randomInt(FREE_PORTS.from, FREE_PORTS.until);
    if (!taken.has(port) && (await isFree(port))) return port;
  }
  throw new Error(`no port can be listened on at ${HOST}: is the network namespace set up?`);
};

const portsFile = (dataDir: string): string => join(dataDir, 'ports.json');

/** Whether a stack has been in this data folder. */
export const hasPorts = (dataDir: string): boolean => existsSync(portsFile(dataDir));

const readPorts = (dataDir: string): Partial<Ports> => {
  try {
    return JSON.parse(readFileSync(portsFile(dataDir), 'utf8')) as Partial<Ports>;
  } catch {
    return {}; // first start, or a file cut short by a power failure: choosing again costs nothing
  }
};

/**
 * Remembered ports, else the usual ones (`usual`), else free ones; written down before anyone listens. Rejects with the
 * signal's reason where that comes first, and has then written nothing.
 */
export const choosePorts = async (dataDir: string, usual: boolean, signal?: AbortSignal): Promise<Ports> => {
  const remembered = readPorts(dataDir);
  const taken = new Set<number>();
  const ports = {} as Ports;
  for (const name of Object.keys(usualPorts) as PortName[]) {
    ports[name] = await choosePort(remembered[name] ?? (usual ? usualPorts[name] : undefined), taken);
    signal?.throwIfAborted();
    taken.add(ports[name]);
  }
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(`${portsFile(dataDir)}.new`, JSON.stringify(ports));
  renameSync(`${portsFile(dataDir)}.new`, portsFile(dataDir));
  return ports;
};
