import { join } from 'node:path';
import { serviceCommand, serviceEnv, services } from './children.ts';
import { repoRoot } from './folders.ts';
import { createPidBook } from './pids.ts';
import { choosePort, HOST } from './ports.ts';
import { type Supervised, supervise } from './supervise.ts';
import type { Env } from './urls.ts';

export interface RunningService {
  readonly url: string;
  readonly child: Supervised;
}

// a scorer with much to fold answers late, and says on /health/ready what it waits for
const READY_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 20_000;
const PROBE_TIMEOUT_MS = 2000;

export interface ServicesOptions {
  /** On the ports that people know, where they are free; absent: on any, as two at a time on one machine must be. */
  readonly usualPorts?: boolean;
  readonly log: (line: string) => void;
}

/** The services as child processes, kept running. Not started yet: `child.start()` resolves when it is ready. */
export const createServices = async (
  dataDir: string,
  env: Env,
  { usualPorts = false, log }: ServicesOptions,
): Promise<Record<string, RunningService>> => {
  const pids = createPidBook(dataDir);
  const taken = new Set<number>();
  const created: Record<string, RunningService> = {};
  for (const { name, preferredPort } of services) {
    const port = await choosePort(usualPorts ? preferredPort : undefined, taken);
    taken.add(port);
    const url = `http://${HOST}:${port}`;
    const spec = {
      name,
      command: process.execPath,
      args: serviceCommand(name),
      env: { ...serviceEnv(name, dataDir), ...env, HTTP_PORT: String(port) },
      cwd: repoRoot,
      logFile: join(dataDir, 'logs', `${name}.log`),
      isReady: () => isReady(url),
      readyTimeoutMs: READY_TIMEOUT_MS,
      stopTimeoutMs: STOP_TIMEOUT_MS,
      cure: `See ${url}/health/ready for what it waits for.`,
    };
    created[name] = { url, child: supervise(spec, pids, log) };
  }
  return created;
};

const isReady = async (url: string): Promise<boolean> => {
  try {
    const response = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
};
