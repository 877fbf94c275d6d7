import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { StackUrls } from './urls.ts';

/** What a running stack leaves in its data folder, so that commands in another terminal find it. */
const stackFileSchema = z.object({
  kafkaBrokers: z.string(),
  clickhouseUrl: z.string(),
  redisUrl: z.string(),
  schemaRegistryUrl: z.string(),
  /** of the launcher */
  pid: z.number(),
  /** service name → URL of its health and metrics */
  services: z.record(z.string(), z.string()),
});
export interface StackFile extends StackUrls {
  readonly pid: number;
  readonly services: Readonly<Record<string, string>>;
}

const fileIn = (dataDir: string): string => join(dataDir, 'stack.json');

export const writeStackFile = (dataDir: string, stack: StackFile): void => {
  writeFileSync(`${fileIn(dataDir)}.new`, JSON.stringify(stack, null, 2));
  renameSync(`${fileIn(dataDir)}.new`, fileIn(dataDir));
};

export const removeStackFile = (dataDir: string): void => rmSync(fileIn(dataDir), { force: true });

/** Null where no stack runs there (where it was killed, the file stays until the next start: then connecting fails). */
export const readStackFile = (dataDir: string): StackFile | null => {
  try {
    return stackFileSchema.parse(JSON.parse(readFileSync(fileIn(dataDir), 'utf8')));
  } catch {
    return null;
  }
};
