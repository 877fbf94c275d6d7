/**
 * A release as a folder. Invariants: the folder appears whole, under its final name, or not at all (everything is written
 * and synced beside it, then renamed); a release that exists is never written over; nothing is written that would not open.
 */
import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Arrays } from '../training/array-file.ts';
import { loadEngine } from '../training/engine.ts';
import { ArtifactError } from './artifact-error.ts';
import {
  ARTIFACT_VERSION,
  FEATURES,
  type FileEntry,
  ITEMS,
  MANIFEST,
  MANIFEST_SUM,
  type Manifest,
  type ProgramEntry,
  type ReleaseFacts,
  type ReleaseFeature,
} from './manifest.ts';
import { encodePart, encodeTable, PARTS, type ReleaseModels } from './parts.ts';
import { programsOf } from './programs.ts';
import { describeTensors } from './standalone-program.ts';

export interface ArtifactParts extends ReleaseFacts {
  /** Ids by the numbers that the models know items by. */
  readonly items: readonly string[];
  readonly features: readonly ReleaseFeature[];
  readonly models: ReleaseModels;
  /** Named arrays for what needs no program: neighbours, co-visits. Names are of small letters, digits and hyphens. */
  readonly tables: Readonly<Record<string, Arrays>>;
  /** Rows that the ONNX files take at once; 16. What this repository serves with is made for any number. */
  readonly onnxBatch?: number;
}

const ONNX_BATCH = 16;
/** Of protobuf, and so of an ONNX file, and of what Node reads at once. */
const MOST_BYTES = 2 ** 31 - 1;
const RETRAIN = 'a release like this would not serve: look at its training';

/**
 * Writes the release and returns its hash, that of its manifest. Throws an ArtifactError, and leaves nothing behind, for
 * a folder that exists and for parts that don't fit each other or hold numbers that are none.
 */
export const writeArtifact = async (folder: string, parts: ArtifactParts): Promise<{ readonly hash: string }> => {
  checkFacts(parts);
  if (await exists(folder)) throw existsAlready(folder);
  const partial = join(dirname(folder), `${basename(folder)}.partial-${randomUUID()}`);
  await mkdir(partial, { recursive: true });
  try {
    const hash = await writeFiles(partial, parts);
    await rename(partial, folder).catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'ENOTEMPTY' || error.code === 'EEXIST' ? existsAlready(folder) : error;
    });
    await sync(dirname(folder));
    return { hash };
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
};

const writeFiles = async (folder: string, parts: ArtifactParts): Promise<string> => {
  const { items, features, models, tables, onnxBatch = ONNX_BATCH, ...facts } = parts;
  const files: FileEntry[] = [];
  const programs: ProgramEntry[] = [];
  const write = async (file: string, bytes: Uint8Array) => void files.push(await writeFile(folder, file, bytes));
  await write(ITEMS, jsonBytes(items));
  await write(FEATURES, jsonBytes(features));
  for (const name of Object.keys(PARTS) as (keyof ReleaseModels)[]) {
    const bytes = partBytes(name, models, items.length);
    if (bytes) await write(PARTS[name].file, bytes);
  }
  for (const [name, arrays] of Object.entries(tables)) {
    const file = tableFile(name);
    await write(
      file,
      checked(file, () => encodeTable(arrays)),
    );
  }
  for (const { file, make } of programsOf(models, onnxBatch)) {
    const program = make();
    await write(file, program.model);
    const [inputs, outputs] = [describeTensors(program, program.inputs), describeTensors(program, program.outputs)];
    programs.push({ file, inputs, outputs });
  }
  const manifest: Manifest = { format: ARTIFACT_VERSION, ...facts, engine: await engineVersion(), programs, files };
  const { sha256 } = await writeFile(folder, MANIFEST, jsonBytes(manifest, 2));
  await writeFile(folder, MANIFEST_SUM, new TextEncoder().encode(`${sha256}  ${MANIFEST}\n`));
  for (const inside of new Set(files.map(({ file }) => dirname(file)))) await sync(join(folder, inside));
  await sync(folder);
  return sha256;
};

const tableFile = (name: string): string => `tables/${name}.bin`;

const partBytes = <Name extends keyof ReleaseModels>(
  name: Name,
  models: ReleaseModels,
  items: number,
): Uint8Array | undefined => {
  const part = models[name];
  if (!part) return undefined;
  return checked(PARTS[name].file, () => encodePart(PARTS[name], part, items));
};

/** What goes wrong in making a file, with its name. */
const checked = (file: string, make: () => Uint8Array): Uint8Array => {
  try {
    return make();
  } catch (cause) {
    throw new ArtifactError(file, (cause as Error).message, RETRAIN, { cause });
  }
};

const checkFacts = ({ items, metrics, tables }: ArtifactParts): void => {
  const known = new Set<string>();
  for (const id of items) {
    if (id === '' || known.has(id))
      throw new ArtifactError(ITEMS, `the item '${id}' is twice or empty`, 'give each item one number');
    known.add(id);
  }
  for (const { name, value } of metrics)
    if (!Number.isFinite(value)) throw new ArtifactError(MANIFEST, `the metric ${name} is ${value}`, RETRAIN);
  for (const name of Object.keys(tables))
    if (!/^[a-z0-9-]+$/.test(name))
      throw new ArtifactError(tableFile(name), 'no name of a table', 'use small letters, digits and hyphens');
};

const writeFile = async (folder: string, file: string, bytes: Uint8Array): Promise<FileEntry> => {
  if (bytes.length > MOST_BYTES)
    throw new ArtifactError(
      file,
      `${(bytes.length / 1e9).toFixed(1)} GB are more than the 2 GB that an ONNX file can have`,
      'train with fewer columns (hash search terms) or narrower layers',
    );
  const path = join(folder, file);
  await mkdir(dirname(path), { recursive: true });
  await withFile(path, 'wx', async (handle) => {
    await handle.writeFile(bytes);
    await handle.sync();
  });
  return { file, sizeBytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
};

/** Makes the names in a folder last. */
const sync = (folder: string) => withFile(folder, 'r', (handle) => handle.sync());

const withFile = async (path: string, flags: string, use: (handle: FileHandle) => Promise<void>): Promise<void> => {
  const handle = await open(path, flags);
  try {
    await use(handle);
  } finally {
    await handle.close();
  }
};

const jsonBytes = (value: unknown, indent?: number): Uint8Array =>
  new TextEncoder().encode(`${JSON.stringify(value, undefined, indent)}\n`);

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  );

const existsAlready = (folder: string) =>
  new ArtifactError('', `there is something at ${folder} already`, 'releases are never written over: name it anew');

const engineVersion = async (): Promise<string> => {
  const { env } = await loadEngine();
  return `onnxruntime-node ${env.versions.node ?? env.versions.common}`;
};
