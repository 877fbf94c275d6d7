import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '@nextcart/runtime';
import { createPidBook } from './pids.ts';

/** Younger folders may belong to a stack that has not written down its owner yet. */
const MIN_AGE_MS = 60_000;
const GRACE_MS = 2000;

/** Ends and removes temporary stacks whose launcher was killed: nobody will start on their folders again. */
export const sweepAbandoned = async (parent: string, prefix: string, minAgeMs = MIN_AGE_MS): Promise<void> => {
  for (const name of readdirSync(parent).filter((each) => each.startsWith(prefix))) {
    const dataDir = join(parent, name);
    const stat = statSync(dataDir, { throwIfNoEntry: false });
    if (stat === undefined || systemClock.now() - stat.birthtimeMs < minAgeMs) continue;
    const pids = createPidBook(dataDir);
    if (pids.owner() !== undefined) continue;
    await pids.endLeftovers(GRACE_MS);
    rmSync(dataDir, { recursive: true, force: true });
  }
};
