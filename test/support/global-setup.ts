import { type StackUrls, urlsFromEnv } from '@nextcart/local';
import type { TestProject } from 'vitest/node';
import { requireNamedServers } from './named-servers.ts';
import { obtainServers } from './servers.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The run's servers: `inject('urls')`. */
    urls: StackUrls;
  }
}

/** Once for all integration tests of a run. A server that can't be had ends the run with its reason and cure. */
const setup = async (project: TestProject): Promise<() => Promise<void>> => {
  const log = (line: string): void => console.log(`[servers] ${line}`);
  await requireNamedServers(urlsFromEnv(process.env));
  const servers = await obtainServers(process.env, log);
  log(`tests use servers from the ${servers.from}`);
  project.provide('urls', servers.urls);
  return () => servers.stop();
};
export default setup;
