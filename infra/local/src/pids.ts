import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { NextcartError } from '@nextcart/contracts';
import { processIdentity } from './process-identity.ts';

/**
 * Each server's pid is on disk from its first moment, with what tells it from a later process of the same number:
 * the next start ends what a killed start left behind, and never anything else.
 */
export interface PidBook {
  record(name: string, pid: number): void;
  forget(name: string): void;
  /** Ends leftovers: SIGTERM, then SIGKILL after `graceMs`. Returns the names of those that were alive. */
  endLeftovers(graceMs: number): Promise<string[]>;
  /** Throws where another live process has opened this data folder. */
  takeOwnership(): void;
  /** The live process that has this data folder open. */
  owner(): number | undefined;
  releaseOwnership(): void;
}

interface Entry {
  readonly pid: number;
  readonly identity: string;
}

const OWNER = 'owner';
const POLL_MS = 50;
/** How long the kernel may take to end a killed process before a person has to look. */
const KILL_MS = 10_000;

export const createPidBook = (dataDir: string): PidBook => {
  const folder = join(dataDir, 'pids');
  mkdirSync(folder, { recursive: true });
  const fileOf = (name: string): string => join(folder, `${name}.json`);

  const read = (name: string): Entry | undefined => {
    try {
      return JSON.parse(readFileSync(fileOf(name), 'utf8')) as Entry;
    } catch {
      return undefined; // none, or cut short by a power failure: then its process is gone too
    }
  };
  const record = (name: string, pid: number): void => {
    const identity = processIdentity(pid);
    if (identity === undefined) return; // died at once: nothing to clean up
    writeFileSync(`${fileOf(name)}.new`, JSON.stringify({ pid, identity } satisfies Entry));
    renameSync(`${fileOf(name)}.new`, fileOf(name));
  };
  const forget = (name: string): void => rmSync(fileOf(name), { force: true });

  const owner = (): number | undefined => {
    const entry = read(OWNER);
    return isAlive(entry) ? entry.pid : undefined;
  };

  return {
    record,
    forget,
    async endLeftovers(graceMs) {
      const names = readdirSync(folder)
        .filter((file) => file.endsWith('.json'))
        .map((file) => file.slice(0, -'.json'.length))
        .filter((name) => name !== OWNER);
      const alive = names.filter((name) => isAlive(read(name)));
      await Promise.all(alive.map((name) => end(read(name), graceMs)));
      for (const name of names) forget(name);
      return alive;
    },
    owner,
    takeOwnership() {
      const other = owner();
      if (other !== undefined && other !== process.pid)
        throw new NextcartError(
          'bad_configuration',
          `${dataDir} is in use by process ${other}: stop that one first (Ctrl-C there, or kill ${other}), or give another --data-dir`,
          { retry: false },
        );
      record(OWNER, process.pid);
    },
    releaseOwnership: () => forget(OWNER),
  };
};

/** Of a child that runs already, which a full disk is no reason to lose sight of. */
export const recordChild = (pids: PidBook, name: string, pid: number, log: (line: string) => void): void => {
  try {
    pids.record(name, pid);
  } catch (error) {
    log(`${name}: its pid ${pid} could not be written down (${String(error)}): a next start would not end it`);
  }
};

const isAlive = (entry: Entry | undefined): entry is Entry =>
  entry !== undefined && processIdentity(entry.pid) === entry.identity;

const isGone = async (entry: Entry, withinMs: number): Promise<boolean> => {
  for (let waitedMs = 0; waitedMs < withinMs; waitedMs += POLL_MS) {
    if (!isAlive(entry)) return true;
    await sleep(POLL_MS);
  }
  return !isAlive(entry);
};

const end = async (entry: Entry | undefined, graceMs: number): Promise<void> => {
  for (const [signal, withinMs] of [
    ['SIGTERM', graceMs],
    ['SIGKILL', KILL_MS],
  ] as const) {
    if (!isAlive(entry)) return;
    process.kill(entry.pid, signal);
    if (await isGone(entry, withinMs)) return;
  }
  throw new NextcartError(
    'missing_server',
    `process ${entry?.pid} of an earlier start does not end: kill -9 ${entry?.pid}`,
    {
      retry: false,
    },
  );
};
