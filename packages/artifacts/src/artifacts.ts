/**
 * Releases where they lie: in folders, or in an object store that speaks S3. Invariants: a release in a store is whole where
 * its manifest is there, because that is written last and taken away first; what was fetched is what was released, byte
 * for byte, or nothing.
 */
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ReleaseArtifact } from '@nextcart/contracts';
import { ArtifactError, type Manifest, manifestFiles, readManifest } from '@nextcart/models';
import { createBuckets, type S3Options } from './bucket.ts';
import { createFetched } from './fetched.ts';
import { locate, type Objects } from './locate.ts';

export interface WhatLies {
  readonly manifest: Manifest;
  /** Of the manifest, and so of all. */
  readonly hash: string;
}

/**
 * All throw an ArtifactError for what is no release, or a damaged one, and a NextcartError `artifacts_unavailable`, which
 * says `retry`, where a store can't be asked.
 */
export interface Artifacts {
  /** What a release says of itself. */
  manifest(uri: string): Promise<WhatLies>;
  /** A folder with all of its files, fetched where it lies elsewhere. That stays until some others were fetched after it. */
  folder(artifact: Pick<ReleaseArtifact, 'uri' | 'hash'>): Promise<string>;
  /**
   * Makes what was written at `folder` the release at `uri`; where that is a store, it is no longer at `folder` then. Done
   * again it is the same. An ArtifactError where another release lies there; what was written is gone then, too.
   */
  publish(folder: string, uri: string): Promise<void>;
  /** Of the releases under a URI. */
  names(uri: string): Promise<string[]>;
  remove(uri: string): Promise<void>;
}

export interface ArtifactsOptions extends S3Options {
  /** Where what was fetched lies. */
  readonly fetchedDir: string;
}

const WRITE_AGAIN = 'roll back to another release, or train a new one';

export const createArtifacts = ({ fetchedDir, ...options }: ArtifactsOptions): Artifacts => {
  const bucketOf = createBuckets(options);
  const fetched = createFetched(fetchedDir);

  const fetchManifest = async ({ bucket: name, prefix, uri }: Objects, folder: string): Promise<WhatLies> => {
    const bucket = await bucketOf(name);
    for (const file of manifestFiles)
      if (!(await bucket.fetch(`${prefix}${file}`, join(folder, file))))
        throw new ArtifactError('', `there is no release at ${uri}`, WRITE_AGAIN);
    return readManifest(folder);
  };
  const manifestIn = (objects: Objects): Promise<WhatLies> => fetched.aside((folder) => fetchManifest(objects, folder));

  const fetchAll = (objects: Objects, hash: string): Promise<void> =>
    fetched.aside(async (folder) => {
      const { uri, prefix } = objects;
      const found = await fetchManifest(objects, folder);
      if (found.hash !== hash)
        throw new ArtifactError('', `the release at ${uri} has hash ${found.hash}, not ${hash}`, WRITE_AGAIN);
      const bucket = await bucketOf(objects.bucket);
      for (const { file, sizeBytes, sha256 } of found.manifest.files) {
        await mkdir(dirname(join(folder, file)), { recursive: true });
        const copied = await bucket.fetch(`${prefix}${file}`, join(folder, file));
        if (!copied) throw new ArtifactError(file, `it is missing at ${uri}`, WRITE_AGAIN);
        if (copied.sizeBytes !== sizeBytes || copied.sha256 !== sha256)
          throw new ArtifactError(file, `it is damaged at ${uri}: its hash is another`, WRITE_AGAIN);
      }
      await fetched.keep(folder, hash);
    });

  return {
    manifest: async (uri) => {
      const place = locate(uri);
      return place.kind === 'folder' ? readManifest(place.path) : manifestIn(place);
    },
    folder: async ({ uri, hash }) => {
      const place = locate(uri);
      if (place.kind === 'folder') return place.path;
      const before = await fetched.find(hash);
      if (before !== undefined) return before;
      await fetchAll(place, hash);
      return join(fetchedDir, hash);
    },
    publish: async (folder, uri) => {
      const place = locate(uri);
      if (place.kind === 'folder') return;
      const written = await readManifest(folder);
      const there = await manifestIn(place).catch(nothingThere);
      if (there !== undefined && there.hash !== written.hash) {
        await rm(folder, { recursive: true, force: true });
        throw new ArtifactError('', `another release is at ${uri} already`, 'releases are never written over');
      }
      if (there === undefined) {
        const bucket = await bucketOf(place.bucket);
        for (const file of [...written.manifest.files.map((entry) => entry.file), ...manifestFiles.toReversed()])
          await bucket.put(`${place.prefix}${file}`, join(folder, file), (await stat(join(folder, file))).size);
      }
      await fetched.keep(folder, written.hash);
    },
    names: async (uri) => {
      const place = locate(uri);
      if (place.kind === 'objects') return (await bucketOf(place.bucket)).names(place.prefix);
      return readdir(place.path).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return [];
        throw error;
      });
    },
    remove: async (uri) => {
      const place = locate(uri);
      if (place.kind === 'folder') return rm(place.path, { recursive: true, force: true });
      const bucket = await bucketOf(place.bucket);
      const manifestKeys = manifestFiles.map((file) => `${place.prefix}${file}`);
      const keys = (await bucket.keys(place.prefix)).filter((key) => !manifestKeys.includes(key));
      for (const key of [...manifestKeys, ...keys]) await bucket.remove(key);
    },
  };
};

const nothingThere = (error: unknown): undefined => {
  if (!(error instanceof ArtifactError)) throw error;
};
