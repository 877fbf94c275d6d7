import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HOST } from '../ports.ts';
import type { ServerContext } from '../server-context.ts';
import { type Supervised, supervise } from '../supervise.ts';

const READY_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 5000;
const PROBE_TIMEOUT_MS = 1000;

export const createRegistry = (context: ServerContext): Supervised =>
  supervise(
    {
      name: 'registry',
      command: process.execPath,
      args: [
        fileURLToPath(new URL('./main.ts', import.meta.url)),
        '--file',
        join(context.dataDir, 'registry', 'schemas.json'),
        '--port',
        String(context.ports.registry),
      ],
      env: context.env,
      cwd: context.dataDir,
      logFile: join(context.logsDir, 'registry.log'),
      isReady: (pid) => isOurs(context.ports.registry, pid),
      readyTimeoutMs: READY_TIMEOUT_MS,
      stopTimeoutMs: STOP_TIMEOUT_MS,
      cure: 'If its file is damaged, start with --fresh; or name a registry in SCHEMA_REGISTRY_URL.',
    },
    context.pids,
    context.log,
  );

export const registryUrl = (port: number): string => `http://${HOST}:${port}`;

const isOurs = async (port: number, pid: number): Promise<boolean> => {
  try {
    const response = await fetch(`${registryUrl(port)}/subjects`, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
    await response.body?.cancel();
    return response.ok && response.headers.get('x-nextcart-pid') === String(pid);
  } catch {
    return false;
  }
};
