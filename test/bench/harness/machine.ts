import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, release, totalmem } from 'node:os';
import type { Store } from '@nextcart/clickhouse';
import { repoRoot } from '@nextcart/local';

const GIB = 1024 ** 3;

/** What a figure was measured on: no name of a host, no path. */
export const describeMachine = (): Record<string, string | number> => {
  const [first] = cpus();
  return {
    cpu: first?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memory_gib: Math.round(totalmem() / GIB),
    system: `${process.platform} ${release()} ${process.arch}`,
  };
};

/**
 * Of the parts that decide the figures. The broker's is the one that infra/local fetches; a server's own is told by
 * `BenchContext.version`.
 */
export const describeVersions = (): Record<string, string> => {
  const require = createRequire(import.meta.url);
  const local = createRequire(`${repoRoot}/infra/local/package.json`);
  const models = createRequire(`${repoRoot}/packages/models/package.json`);
  const maven = readFileSync(`${repoRoot}/infra/local/src/kafka/java.ts`, 'utf8');
  return {
    node: process.version,
    v8: process.versions.v8,
    kafka: /KAFKA_VERSION = '([\d.]+)'/.exec(maven)?.[1] ?? 'unknown',
    java: javaVersion(),
    kafkajs: versionOf(require, 'kafkajs'),
    chdb: versionOf(local, 'chdb'),
    onnxruntime: versionOf(models, 'onnxruntime-node'),
  };
};

/** chdb's own number does not tell it. */
export const clickhouseVersion = async (store: Store): Promise<string> => {
  const [row] = await store.query<{ version: string }>('SELECT version() AS version');
  return row?.version ?? 'unknown';
};

/** With `+` at its end where files differ from the commit. */
export const currentCommit = (): string => {
  const git = (...args: string[]): string => execFileSync('git', args, { cwd: repoRoot, encoding: 'utf8' }).trim();
  try {
    return git('rev-parse', '--short=12', 'HEAD') + (git('status', '--porcelain') === '' ? '' : '+');
  } catch {
    return 'unknown';
  }
};

/** The broker's. */
const javaVersion = (): string => {
  try {
    const [first = ''] = execFileSync('java', ['--version'], { encoding: 'utf8' }).split('\n');
    return /\d[\w.+]*/.exec(first)?.[0] ?? 'unknown';
  } catch {
    return 'unknown';
  }
};

/** By reading its package.json: a package need not export it. */
const versionOf = (require: NodeJS.Require, name: string): string => {
  for (const folder of require.resolve.paths(name) ?? []) {
    try {
      return (JSON.parse(readFileSync(`${folder}/${name}/package.json`, 'utf8')) as { version: string }).version;
    } catch {} // not in this folder
  }
  return 'unknown';
};
