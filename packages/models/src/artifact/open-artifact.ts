/**
 * A release read back. Invariant: what is returned is what was written, bit for bit, and fits together; whatever else lies
 * there is an error that names the file and what to do.
 */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Arrays } from '../training/array-file.ts';
import { ArtifactError, COPY_AGAIN } from './artifact-error.ts';
import {
  ARTIFACT_VERSION,
  FEATURES,
  type FileEntry,
  ITEMS,
  MANIFEST,
  MANIFEST_SUM,
  type Manifest,
  type ReleaseFeature,
} from './manifest.ts';
import { decodePart, decodeWholeTable, PARTS, type ReleaseModels } from './parts.ts';
import { readHashed } from './read-hashed.ts';

export interface Artifact {
  /** Of the manifest, and so of all. */
  readonly hash: string;
  readonly manifest: Manifest;
  readonly items: readonly string[];
  readonly features: readonly ReleaseFeature[];
  readonly models: ReleaseModels;
  readonly tables: Readonly<Record<string, Arrays>>;
}

const ROLL_BACK = 'roll back to another release and train anew';

/** With `hash`, that of the release that is wanted, another one at its place is an error too. */
export const openArtifact = async (folder: string, wanted: { readonly hash?: string } = {}): Promise<Artifact> => {
  const { manifest, hash } = await readManifest(folder);
  if (wanted.hash !== undefined && wanted.hash !== hash)
    throw new ArtifactError(MANIFEST, `the release has hash ${hash}, not ${wanted.hash}`, COPY_AGAIN);
  const bytes = new Map<string, Uint8Array>();
  for (const entry of manifest.files) {
    // programs are for others: their hash alone is of interest
    const isKept = !entry.file.endsWith('.onnx');
    const read = await readChecked(folder, entry, isKept);
    if (isKept) bytes.set(entry.file, read);
  }
  const json = <T>(file: string): T => {
    const found = bytes.get(file);
    if (!found) throw new ArtifactError(MANIFEST, `it names no ${file}`, ROLL_BACK);
    return JSON.parse(new TextDecoder().decode(found)) as T;
  };
  const items = json<readonly string[]>(ITEMS);
  const parts = (Object.keys(PARTS) as (keyof ReleaseModels)[]).flatMap((name) => {
    const found = bytes.get(PARTS[name].file);
    return found ? [[name, partOf(name, found, items.length)] as const] : [];
  });
  const tables = [...bytes].flatMap(([file, found]) => {
    const name = /^tables\/(.*)\.bin$/.exec(file)?.[1];
    return name === undefined ? [] : [[name, decodeWholeTable(found)] as const];
  });
  return {
    hash,
    manifest,
    items,
    features: json<readonly ReleaseFeature[]>(FEATURES),
    models: Object.fromEntries(parts) as ReleaseModels,
    tables: Object.fromEntries(tables),
  };
};

const partOf = (name: keyof ReleaseModels, bytes: Uint8Array, items: number): unknown => {
  try {
    return decodePart<unknown>(PARTS[name], bytes, items);
  } catch (cause) {
    throw new ArtifactError(PARTS[name].file, (cause as Error).message, ROLL_BACK, { cause });
  }
};

/** What a release says of itself, without its models. Throws an ArtifactError for a damaged manifest. */
export const readManifest = async (folder: string): Promise<{ readonly manifest: Manifest; readonly hash: string }> => {
  const found = await stat(folder).catch(() => undefined);
  if (!found?.isDirectory()) throw new ArtifactError('', `there is no release at ${folder}`, COPY_AGAIN);
  const bytes = await readPart(folder, MANIFEST);
  const manifest = parsed(bytes);
  // before its hash: a newer format may be hashed in another way
  if (manifest.format !== ARTIFACT_VERSION)
    throw new ArtifactError(
      MANIFEST,
      `the release is of format ${manifest.format}, this code reads ${ARTIFACT_VERSION}`,
      'serve it with the version of nextcart that wrote it, or train a new one',
    );
  const hash = sha256Of(bytes);
  const sum = new TextDecoder().decode(await readPart(folder, MANIFEST_SUM));
  if (sum !== `${hash}  ${MANIFEST}\n`) throw damaged(MANIFEST);
  return { manifest, hash };
};

const parsed = (bytes: Uint8Array): Manifest => {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as Manifest;
  } catch (cause) {
    throw damaged(MANIFEST, cause);
  }
};

const readChecked = async (
  folder: string,
  { file, sizeBytes, sha256 }: FileEntry,
  isKept: boolean,
): Promise<Uint8Array> => {
  const { bytes, size, hash } = await readHashed(join(folder, file), isKept).catch(unreadable(file));
  if (size !== sizeBytes)
    throw new ArtifactError(file, `it is cut or grown: ${size} bytes instead of ${sizeBytes}`, COPY_AGAIN);
  if (hash !== sha256) throw damaged(file);
  return bytes;
};

const readPart = (folder: string, file: string): Promise<Uint8Array> =>
  readFile(join(folder, file)).catch(unreadable(file));

const unreadable = (file: string) => (cause: NodeJS.ErrnoException) => {
  const problem = cause.code === 'ENOENT' ? 'it is missing' : cause.message;
  throw new ArtifactError(file, problem, COPY_AGAIN, { cause });
};

const damaged = (file: string, cause?: unknown) =>
  new ArtifactError(file, 'it is damaged: its hash is another', COPY_AGAIN, { cause });

const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
