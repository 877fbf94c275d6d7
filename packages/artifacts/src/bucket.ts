/** A bucket of an object store that speaks S3. Invariant: what goes wrong is one error, which names the cure and says `retry`. */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { S3Client } from '@aws-sdk/client-s3';
import { NextcartError } from '@nextcart/contracts';
import { storeUnavailable } from './unavailable.ts';

export interface Bucket {
  /** Writes an object to a file, and tells what it was; undefined where there is no such object. Disks' errors come as they are. */
  fetch(key: string, file: string): Promise<Copied | undefined>;
  put(key: string, file: string): Promise<void>;
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
  readonly region?: string;
  /** A store that took a connection and says nothing for so long is away; asked twice. */
  readonly silentMs?: number;
}

const CONNECT_MS = 5000;
const SILENT_MS = 15_000;
const ATTEMPTS = 2;

/** The SDK takes 20 MB: loaded by whoever has releases in a store. */
const loadSdk = () => import('@aws-sdk/client-s3');

/** A client for all buckets of a store, made when first asked for. */
export const createBuckets = ({
  endpoint,
  region,
  silentMs = SILENT_MS,
}: S3Options): ((name: string) => Promise<Bucket>) => {
  let client: Promise<S3Client> | undefined;
  const connect = async (): Promise<S3Client> => {
    if (endpoint !== undefined && !/^https?:\/\/[^/]/.test(endpoint))
      throw new NextcartError('bad_configuration', `AWS_ENDPOINT_URL_S3 is ${endpoint}; expected http(s)://host:port`, {
        retry: false,
      });
    const { S3Client } = await loadSdk();
    return new S3Client({
      // other stores rarely have names of hosts for buckets, nor regions
      ...(endpoint !== undefined && { endpoint, forcePathStyle: true, region: region ?? 'us-east-1' }),
      // nor these sums; a release has its own
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      requestHandler: { connectionTimeout: CONNECT_MS, socketTimeout: silentMs },
      maxAttempts: ATTEMPTS,
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
      throw storeUnavailable(Bucket, store, error as Error);
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
    fetch: async (Key, file) => {
      const body = await told(async () => {
        try {
          return (await client.send(new sdk.GetObjectCommand({ Bucket, Key }))).Body as Readable;
        } catch (error) {
          if ((error as Error).name === 'NoSuchKey') return undefined;
          throw error;
        }
      });
      if (body === undefined) return undefined;
      try {
        return await copy(body, file);
      } catch (error) {
        throw isOfDisk(error as NodeJS.ErrnoException) ? error : storeUnavailable(Bucket, store, error as Error);
      }
    },
    // whole, so that the SDK can send it again
    put: async (Key, file) => {
      const Body = await readFile(file);
      await told(() => client.send(new sdk.PutObjectCommand({ Bucket, Key, Body })));
    },
    names: async (prefix) => (await list(prefix, '/')).names,
    keys: async (prefix) => (await list(prefix)).keys,
    remove: async (Key) => {
      await told(() => client.send(new sdk.DeleteObjectCommand({ Bucket, Key })));
    },
  };
};

const isOfDisk = ({ code }: NodeJS.ErrnoException): boolean =>
  code !== undefined && ['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM', 'EIO', 'ENOENT', 'EMFILE'].includes(code);

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
