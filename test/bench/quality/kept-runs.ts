/** Seeds that were measured, each in a file: a run of hours that was stopped goes on after the last of them. */
import { createHash } from 'node:crypto';
import { globSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { QualityRun } from './quality-bench.ts';

/** Packages that the benches of quality and these packages themselves import: whatever else changes, figures stay. */
export const PACKAGES = ['contracts', 'datasets', 'models'];
/** A figure depends on these alone, on the data, and on what `KeptRuns` is told. */
const SOURCES = [`packages/{${PACKAGES.join(',')}}/src/**/*.ts`, 'test/bench/quality/**/*.ts', 'package-lock.json'];
const NOT_SOURCES = /\.(test|fixture)\.ts$/;

/** SHA-256 of the files that a figure depends on, as they lie in `root`. */
export const hashSources = (root: string): string => {
  const hash = createHash('sha256');
  for (const file of globSync(SOURCES, { cwd: root }).sort())
    if (!NOT_SOURCES.test(file))
      hash
        .update(file)
        .update('\0')
        .update(readFileSync(join(root, file)))
        .update('\0');
  return hash.digest('hex');
};

export interface KeptRun {
  /** ISO 8601: when it ended. */
  readonly at: string;
  /** What it took. */
  readonly seconds: number;
  readonly run: QualityRun;
}

export interface KeptRuns {
  /** What was kept of this seed by the same code and settings; undefined where there is none. */
  find(seed: number): KeptRun | undefined;
  keep(seed: number, kept: KeptRun): void;
}

/** `about`: all that decides a seed's figures (code, data, threads). */
export const createKeptRuns = (folder: string, name: string, about: Readonly<Record<string, unknown>>): KeptRuns => {
  const key = JSON.stringify(about);
  const fileOf = (seed: number): string => join(folder, `${name}-${seed}.run`);
  return {
    find: (seed) => {
      try {
        const file: { key: string; kept: KeptRun } = deserialize(readFileSync(fileOf(seed)));
        return file.key === key ? file.kept : undefined;
      } catch {
        return undefined; // none, or one that was cut off
      }
    },
    keep: (seed, kept) => {
      mkdirSync(folder, { recursive: true });
      writeFileSync(`${fileOf(seed)}.part`, serialize({ key, kept }));
      renameSync(`${fileOf(seed)}.part`, fileOf(seed));
    },
  };
};
