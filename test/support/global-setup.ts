import { type StackUrls, urlsFromEnv } from '@nextcart/local';
import type { TestProject } from 'vitest/node';
import { requireNamedServers } from './named-servers.ts';
import { type ObjectStore, startObjectStore } from './object-store.ts';
import { obtainServers } from './servers.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The run's servers: `inject('urls')`. */
    urls: StackUrls;
    /** An object store of the run's own: `inject('objectStore')`; null where all servers are named and Java is not here. */
    objectStore: ObjectStore | null;
  }
}

/** Once for all integration tests of a run. A server that can't be had ends the run with its reason and cure. */
const setup = async (project: TestProject): Promise<() => Promise<void>> => {
  const log = (line: string): void => console.log(`[servers] ${line}`);
  await requireNamedServers(urlsFromEnv(process.env));
  const servers = await obtainServers(process.env, log);
  log(`tests use servers from the ${servers.from}`);
  project.provide('urls', servers.urls);
  const started = await startObjectStore(process.env, log).catch(async (error: Error) => {
    if (servers.from !== 'environment') {
      await servers.stop();
      throw error;
    }
    log(`tests of releases in an object store are skipped: ${error.message}`);
    return null;
  });
  project.provide('objectStore', started?.store ?? null);
  return async () => {
    await started?.stop();
    await servers.stop();
  };
};
export default setup;
