/**
 * Releases where they lie: in folders, or in an object store that speaks S3. Invariants: a release in a store is whole where
 * its manifest is there, because that is written last and taken away first; its hash is in its URI, so that nothing is ever
 * written over; what was fetched is what was released, byte for byte, or nothing.
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
export interface Found extends WhatLies {
  readonly uri: string;
}

/**
 * All throw an ArtifactError for what is no release, or a damaged one, and a NextcartError `artifacts_unavailable`, which
 * says `retry`, where a store can't be asked or a disk not be written.
 */
export interface Artifacts {
  /** What a release says of itself. */
  manifest(uri: string): Promise<WhatLies>;
  /** A folder with all of its files, fetched where it lies elsewhere. That stays until some others were fetched after it. */
  folder(artifact: Pick<ReleaseArtifact, 'uri' | 'hash'>): Promise<string>;
  /**
   * Makes what was written at `folder` a release under `uri` → where it lies: in a folder at `uri` itself, which `folder`
   * must be; in a store at `uri/HASH`, and no longer at `folder`. What it did not come to the end of may be done again.
   */
  publish(folder: string, uri: string): Promise<string>;
  /** What was published under a URI, in a store with a hash that one; undefined where nothing was. Of several any, the same each time. */
  find(uri: string, hash?: string): Promise<Found | undefined>;
  /** Last parts of the URIs that something was published under, below this one. */
  names(uri: string): Promise<string[]>;
  /** All that was published under a URI, and what was only begun to be. */
  remove(uri: string): Promise<void>;
}

export interface ArtifactsOptions extends S3Options {
  /** Where what was fetched lies. */
  readonly fetchedDir: string;
}

const CURE = 'roll back to another release, or train a new one';
const [MANIFEST] = manifestFiles;

export const createArtifacts = ({ fetchedDir, ...options }: ArtifactsOptions): Artifacts => {
  const bucketOf = createBuckets(options);
  const fetched = createFetched(fetchedDir);

  const fetchManifest = async ({ bucket: name, prefix, uri }: Objects, folder: string): Promise<WhatLies> => {
    const bucket = await bucketOf(name);
    for (const file of manifestFiles)
      if (!(await bucket.fetch(`${prefix}${file}`, join(folder, file))))
        throw new ArtifactError('', `there is no release at ${uri}`, CURE);
    return readManifest(folder);
  };

  const fetchAll = (objects: Objects, hash: string): Promise<string> =>
    fetched.aside(async (folder) => {
      const { uri, prefix } = objects;
      const found = await fetchManifest(objects, folder);
      if (found.hash !== hash)
        throw new ArtifactError('', `the release at ${uri} has hash ${found.hash}, not ${hash}`, CURE);
      const bucket = await bucketOf(objects.bucket);
      for (const { file, sizeBytes, sha256 } of found.manifest.files) {
        await mkdir(dirname(join(folder, file)), { recursive: true });
        const copied = await bucket.fetch(`${prefix}${file}`, join(folder, file));
        if (!copied) throw new ArtifactError(file, `it is missing at ${uri}`, CURE);
        if (copied.sizeBytes !== sizeBytes || copied.sha256 !== sha256)
          throw new ArtifactError(file, `it is damaged at ${uri}: its hash is another`, CURE);
      }
      return fetched.keep(folder, hash);
    });

  const manifest: Artifacts['manifest'] = async (uri) => {
    const place = locate(uri);
    return place.kind === 'folder' ? readManifest(place.path) : fetched.aside((folder) => fetchManifest(place, folder));
  };
  const hashesIn = async ({ bucket, prefix }: Objects): Promise<string[]> => {
    const keys = await (await bucketOf(bucket)).keys(prefix);
    return keys.filter((key) => isOurs(prefix, key) && key.endsWith(`/${MANIFEST}`)).map((key) => hashOf(prefix, key));
  };

  return {
    manifest,
    folder: async ({ uri, hash }) => {
      const place = locate(uri);
      if (place.kind === 'folder') return place.path;
      return (await fetched.find(hash)) ?? fetchAll(place, hash);
    },
    publish: async (folder, uri) => {
      const place = locate(uri);
      if (place.kind === 'folder') return uri;
      const { manifest: written, hash } = await readManifest(folder);
      if (!(await hashesIn(place)).includes(hash)) {
        const bucket = await bucketOf(place.bucket);
        for (const file of [...written.files.map((entry) => entry.file), ...manifestFiles.toReversed()])
          await bucket.put(`${place.prefix}${hash}/${file}`, join(folder, file));
      }
      await fetched.keep(folder, hash);
      return `${uri}/${hash}`;
    },
    find: async (uri, hash) => {
      const place = locate(uri);
      if (place.kind === 'folder') {
        if (!(await stat(place.path).catch(() => undefined))) return undefined;
        return { uri, ...(await readManifest(place.path)) };
      }
      const [at] = (await hashesIn(place)).toSorted().filter((each) => hash === undefined || each === hash);
      return at === undefined ? undefined : { uri: `${uri}/${at}`, ...(await manifest(`${uri}/${at}`)) };
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
      const keys = (await bucket.keys(place.prefix)).filter((key) => isOurs(place.prefix, key));
      const isManifest = (key: string) => key.endsWith(`/${MANIFEST}`);
      for (const key of [...keys.filter(isManifest), ...keys.filter((one) => !isManifest(one))])
        await bucket.remove(key);
    },
  };
};

/** The part of a key that follows the prefix of a release. */
const hashOf = (prefix: string, key: string): string => key.slice(prefix.length).split('/', 1)[0] as string;
/** Not of somebody else who keeps things in that bucket. */
const isOurs = (prefix: string, key: string): boolean => /^[0-9a-f]{64}$/.test(hashOf(prefix, key));
