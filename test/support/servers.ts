import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Env, provisionStack, type Stack, type StackUrls, sweepAbandoned, urlsFromEnv } from '@nextcart/local';
import { containerServers, engineAnswers } from './containers.ts';

/** The servers that integration tests run against: always real ones. */
export interface TestServers {
  readonly urls: StackUrls;
  /** Told at the start of a run, so that a surprising result names its servers. */
  readonly from: 'environment' | 'containers' | 'local stack';
  stop(): Promise<void>;
}

/**
 * From the environment's URLs where all four are named; else from containers where an engine answers and has (or can
 * pull) the images; else the local stack, which still uses each server that the environment names.
 */
export const obtainServers = async (env: Env, log: (line: string) => void): Promise<TestServers> => {
  const named = urlsFromEnv(env);
  if (isComplete(named)) return { urls: named, from: 'environment', stop: async () => {} };
  if (Object.keys(named).length === 0 && (await engineAnswers())) {
    try {
      return await containerServers();
    } catch (error) {
      log(
        `containers can't be used (${error instanceof Error ? error.message : String(error)}): taking the local stack`,
      );
    }
  }
  const stack = await temporaryStack(env, log);
  return { urls: stack.urls, from: 'local stack', stop: () => stack.stop() };
};

const PREFIX = 'nextcart-test-';

/** A whole stack in a folder that goes with it, on free ports. */
export const temporaryStack = async (env: Env, log: (line: string) => void): Promise<Stack> => {
  await sweepAbandoned(tmpdir(), PREFIX);
  const dataDir = mkdtempSync(join(tmpdir(), PREFIX));
  try {
    const stack = await provisionStack({ dataDir, env, log });
    return {
      ...stack,
      async stop() {
        await stack.stop();
        rmSync(dataDir, { recursive: true, force: true });
      },
    };
  } catch (error) {
    rmSync(dataDir, { recursive: true, force: true });
    throw error;
  }
};

const isComplete = (urls: Partial<StackUrls>): urls is StackUrls =>
  urls.kafkaBrokers !== undefined &&
  urls.clickhouseUrl !== undefined &&
  urls.redisUrl !== undefined &&
  urls.schemaRegistryUrl !== undefined;
