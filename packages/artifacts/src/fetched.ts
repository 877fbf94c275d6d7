/** What was fetched, in a folder of this machine, by its hash. Invariant: what lies there under a hash is whole. */
import { mkdir, mkdtemp, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';

export interface Fetched {
  /** Undefined where it is not there; one that is asked for stays longest. */
  find(hash: string): Promise<string | undefined>;
  /** What a folder has becomes that of a hash; the folder is gone then. The oldest ones are taken away. */
  keep(folder: string, hash: string): Promise<void>;
  /** A folder to work in, which is gone afterwards. */
  aside<T>(use: (folder: string) => Promise<T>): Promise<T>;
}

/** Two are served at once, and a rollback goes back by some. */
const KEPT = 6;
const IS_HASH = /^[0-9a-f]{64}$/;
/** It is there already, which is as good; or this is another file system, and it is fetched when it is wanted. */
const NOT_MOVED: readonly (string | undefined)[] = ['ENOTEMPTY', 'EEXIST', 'EXDEV'];

export const createFetched = (dir: string): Fetched => ({
  find: async (hash) => {
    const now = new Date();
    return utimes(join(dir, hash), now, now).then(
      () => join(dir, hash),
      () => undefined,
    );
  },
  keep: async (folder, hash) => {
    await mkdir(dir, { recursive: true });
    await rename(folder, join(dir, hash)).catch(async (error: NodeJS.ErrnoException) => {
      if (!NOT_MOVED.includes(error.code)) throw error;
      await rm(folder, { recursive: true, force: true });
    });
    const dated = await Promise.all(
      (await readdir(dir))
        .filter((name) => IS_HASH.test(name))
        .map(async (name) => ({ name, at: (await stat(join(dir, name)).catch(() => undefined))?.mtimeMs ?? 0 })),
    );
    for (const { name } of dated.toSorted((a, b) => b.at - a.at).slice(KEPT))
      await rm(join(dir, name), { recursive: true, force: true });
  },
  aside: async (use) => {
    await mkdir(dir, { recursive: true });
    const folder = await mkdtemp(join(dir, 'partial-'));
    try {
      return await use(folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
});
