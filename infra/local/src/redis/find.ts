import { chmodSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { NextcartError } from '@nextcart/contracts';
import { runCommand } from '../command.ts';
import { fetchWithMaven } from '../maven.ts';

const JAR = 'com.github.codemonstur:embedded-redis:1.4.4';

/** The system's redis-server, else the binary that a jar from Maven Central carries. */
export const findRedis = async (cache: string, log: (line: string) => void): Promise<string> => {
  if ((await runCommand('redis-server', ['--version'])).ok) return 'redis-server';
  const folder = join(cache, 'embedded-redis');
  await fetchWithMaven([JAR], folder, 'unpack', log);
  const os = process.platform === 'darwin' ? 'darwin' : 'linux';
  const cpu = process.arch === 'arm64' ? 'arm64' : 'amd64';
  for (const name of [`redis-server-6.2.7-${os}-${cpu}`, `redis-server-6.2.6-v5-${os}-${cpu}`]) {
    const binary = join(folder, name);
    if (!existsSync(binary)) continue;
    chmodSync(binary, 0o755);
    return binary;
  }
  throw new NextcartError(
    'missing_server',
    'no redis-server here: install it (Debian: apt-get install redis-server), or name a server in REDIS_URL',
    { retry: false },
  );
};
