/** A bucket of an object store that speaks S3. Invariant: what goes wrong is one error, which names the cure and says `retry`. */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { S3Client } from '@aws-sdk/client-s3';
import { unavailable } from './unavailable.ts';

export interface Bucket {
  /** Writes an object to a file, and tells what it was; undefined where there is no such object. */
  fetch(key: string, file: string): Promise<Copied | undefined>;
  put(key: string, file: string, sizeBytes: number): Promise<void>;
  /** What follows the prefix up to the next slash, each once. */
  names(prefix: string): Promise<string[]>;
  keys(prefix: string): Promise<string[]>;
  remove(key: string): Promise<void>;
}
export interface Copied {
  readonly sizeBytes: number;
  readonly sha256: string;
}

export interface S3Options {
  /** Of a store that is not Amazon's. */
  readonly endpoint?: string;
}

/** The SDK takes 20 MB: loaded by whoever has releases in a store. */
const loadSdk = () => import('@aws-sdk/client-s3');

/** A client for all buckets of a store, made when first asked for. */
export const createBuckets = ({ endpoint }: S3Options): ((name: string) => Promise<Bucket>) => {
  let client: Promise<S3Client> | undefined;
  const connect = async (): Promise<S3Client> => {
    const { S3Client } = await loadSdk();
    return new S3Client({
      // other stores rarely have names of hosts for buckets, nor regions
      ...(endpoint !== undefined && { endpoint, forcePathStyle: true, region: 'us-east-1' }),
      // nor these sums; a release has its own
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    });
  };
  return async (name) => {
    client ??= connect();
    return openBucket(name, await client, endpoint ?? 'Amazon S3');
  };
};

const openBucket = async (Bucket: string, client: S3Client, store: string): Promise<Bucket> => {
  const sdk = await loadSdk();
  const told = async <T>(question: () => Promise<T>): Promise<T> => {
    try {
      return await question();
    } catch (error) {
      throw unavailable(Bucket, store, error as Error);
    }
  };
  const list = (Prefix: string, Delimiter?: string) =>
    told(async () => {
      const [keys, names]: [string[], string[]] = [[], []];
      for await (const page of sdk.paginateListObjectsV2({ client }, { Bucket, Prefix, Delimiter })) {
        keys.push(...(page.Contents ?? []).map(({ Key = '' }) => Key));
        names.push(...(page.CommonPrefixes ?? []).map((common) => common.Prefix?.slice(Prefix.length, -1) ?? ''));
      }
      return { keys, names };
    });
  return {
    fetch: (Key, file) =>
      told(async () => {
        const { Body } = await client
          .send(new sdk.GetObjectCommand({ Bucket, Key }))
          .catch((error: Error) => (error.name === 'NoSuchKey' ? { Body: undefined } : Promise.reject(error)));
        return Body && copy(Body as Readable, file);
      }),
    put: (Key, file, ContentLength) =>
      told(async () => {
        const Body = createReadStream(file);
        await client.send(new sdk.PutObjectCommand({ Bucket, Key, Body, ContentLength }));
      }),
    names: async (prefix) => (await list(prefix, '/')).names,
    keys: async (prefix) => (await list(prefix)).keys,
    remove: (Key) =>
      told(async () => {
        await client.send(new sdk.DeleteObjectCommand({ Bucket, Key }));
      }),
  };
};

const copy = async (from: Readable, file: string): Promise<Copied> => {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const counted = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      hash.update(chunk);
      sizeBytes += chunk.length;
      done(null, chunk);
    },
  });
  await pipeline(from, counted, createWriteStream(file));
  return { sizeBytes, sha256: hash.digest('hex') };
};
