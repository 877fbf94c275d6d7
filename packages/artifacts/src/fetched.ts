/** What was fetched, in a folder of this machine, by its hash; processes may share it. */
import { mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readManifest } from '@nextcart/models';
import { diskUnavailable } from './unavailable.ts';

export interface Fetched {
  /** Undefined where it is not there, or no longer whole; one that is asked for stays longest. */
  find(hash: string): Promise<string | undefined>;
  /** What a folder has becomes that of a hash → where that is; the folder is gone then. The oldest ones are taken away. */
  keep(folder: string, hash: string): Promise<string>;
  /** A folder to work in, which is gone afterwards. */
  aside<T>(use: (folder: string) => Promise<T>): Promise<T>;
}

/** Two are served at once, and a rollback goes back by some. */
const KEPT = 6;
const IS_HASH = /^[0-9a-f]{64}$/;
const PARTIAL = 'partial-';
/** Of a release: written whenever it is asked for. */
const USED = '.used';
/** What a process has left that was killed. */
const PARTIAL_MS = 3_600_000;

/** All throw a NextcartError `artifacts_unavailable` for a disk that can't be written. */
export const createFetched = (dir: string): Fetched => {
  const written = async <T>(write: () => Promise<T>): Promise<T> => {
    try {
      return await write();
    } catch (error) {
      throw isOfDisk(error) ? diskUnavailable(dir, error) : error;
    }
  };
  /** Nobody finds half of it. */
  const discard = async (name: string): Promise<void> => {
    const away = await mkdtemp(join(dir, PARTIAL));
    await rename(join(dir, name), join(away, name)).catch(() => {}); // another process did
    await rm(away, { recursive: true, force: true });
  };
  /** By the disk's clock. */
  const touch = (hash: string): Promise<void> => writeFile(join(dir, hash, USED), '').catch(() => {}); // another one's
  const touchedAt = async (name: string): Promise<number> =>
    (await stat(join(dir, name, IS_HASH.test(name) ? USED : '')).catch(() => undefined))?.mtimeMs ?? 0;
  const takeAwayOld = async (kept: string): Promise<void> => {
    const dated = await Promise.all((await readdir(dir)).map(async (name) => ({ name, at: await touchedAt(name) })));
    const others = dated.filter(({ name }) => IS_HASH.test(name) && name !== kept).toSorted((a, b) => b.at - a.at);
    const now = await touchedAt(kept);
    const left = dated.filter(({ name, at }) => name.startsWith(PARTIAL) && now - at > PARTIAL_MS);
    for (const { name, at } of [...others.slice(KEPT - 1), ...left])
      if ((await touchedAt(name)) === at) await discard(name); // nobody has asked for it since
  };
  return {
    find: (hash) =>
      written(async () => {
        const folder = join(dir, hash);
        if (!(await stat(folder).catch(() => undefined))) return undefined;
        if (!(await isWhole(folder, hash))) {
          await discard(hash);
          return undefined;
        }
        await touch(hash);
        return folder;
      }),
    keep: (folder, hash) =>
      written(async () => {
        await mkdir(dir, { recursive: true });
        // before it is to be found: without a date it would be the oldest
        await writeFile(join(folder, USED), '');
        await rename(folder, join(dir, hash)).catch(async (error: NodeJS.ErrnoException) => {
          // there already, which is as good; or on another disk, and fetched when it is wanted
          if (!['ENOTEMPTY', 'EEXIST', 'EXDEV'].includes(error.code ?? '')) throw error;
          await rm(folder, { recursive: true, force: true });
        });
        await takeAwayOld(hash).catch(() => {}); // then the next one does
        return join(dir, hash);
      }),
    aside: (use) =>
      written(async () => {
        await mkdir(dir, { recursive: true });
        const folder = await mkdtemp(join(dir, PARTIAL));
        try {
          return await use(folder);
        } finally {
          await rm(folder, { recursive: true, force: true });
        }
      }),
  };
};

const isOfDisk = (error: unknown): error is NodeJS.ErrnoException => error instanceof Error && 'syscall' in error;

/** By sizes: whoever cleans up a folder for temporary files takes single ones. */
const isWhole = async (folder: string, hash: string): Promise<boolean> => {
  try {
    const found = await readManifest(folder);
    const sizes = await Promise.all(
      found.manifest.files.map(async ({ file, sizeBytes }) => (await stat(join(folder, file))).size === sizeBytes),
    );
    return found.hash === hash && sizes.every(Boolean);
  } catch {
    return false;
  }
};
