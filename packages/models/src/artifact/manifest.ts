/**
 * What a release says of itself. Invariant: the manifest names every file with its size and hash, so the manifest's own
 * hash is that of the whole release.
 */
import type { Cpu } from './cpu.ts';
import type { DescribedTensor } from './standalone-program.ts';

/** Rises with every change that an older reader would misread. */
export const ARTIFACT_VERSION = 1;

export const MANIFEST = 'manifest.json';
/** The manifest's SHA-256, as `sha256sum -c` reads it. */
export const MANIFEST_SUM = 'manifest.json.sha256';
/** What a release is known by; the rest is named in it. */
export const manifestFiles = [MANIFEST, MANIFEST_SUM] as const;
export const ITEMS = 'items.json';
export const FEATURES = 'features.json';

/** Offsets of a partition, inclusive. */
export interface LogRange {
  readonly topicId: string;
  readonly partition: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
}

export interface ReleaseMetric {
  readonly name: string;
  readonly value: number;
  /** Whole: what is counted, over whom, divided by what. */
  readonly definition: string;
  /** Bounds of its interval. */
  readonly low?: number;
  readonly high?: number;
}

/** A column or bucket that models are fed with; an `EventFeature` is one. */
export interface ReleaseFeature {
  readonly name: string;
  /** In event time and point in time. */
  readonly definition: string;
  /** Models that look at it. */
  readonly readers: readonly string[];
  /** What stands where nothing is known. */
  readonly missing?: string;
  /** What computes it again: bounds of buckets, sizes of hashes, half-lives; JSON. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** What whoever trains tells of a release. */
export interface ReleaseFacts {
  readonly release: string;
  /** ISO 8601. */
  readonly createdAt: string;
  /** By purpose. */
  readonly seeds: Readonly<Record<string, number>>;
  readonly trainedOn: readonly LogRange[];
  readonly metrics: readonly ReleaseMetric[];
  readonly cpu: Cpu;
  /** What serving needs beside the models, such as the weights of a fusion; JSON. */
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface FileEntry {
  readonly file: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** An ONNX file that any runtime can run by itself. */
export interface ProgramEntry {
  readonly file: string;
  readonly inputs: readonly DescribedTensor[];
  readonly outputs: readonly DescribedTensor[];
}

export interface Manifest extends ReleaseFacts {
  readonly format: number;
  readonly engine: string;
  readonly files: readonly FileEntry[];
  readonly programs: readonly ProgramEntry[];
}
