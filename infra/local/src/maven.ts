import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { NextcartError } from '@nextcart/contracts';
import { runCommand } from './command.ts';

/** `group:artifact:version` */
export type Coordinates = `${string}:${string}:${string}`;

// pinned: a Maven without a pin takes the plugin that was current when that Maven was made
const PLUGIN = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1';
const TIMEOUT_MS = 300_000;

const pom = (artifacts: readonly Coordinates[]): string => {
  const dependencies = artifacts.map((artifact) => {
    const [group, name, version] = artifact.split(':');
    return `<dependency><groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version></dependency>`;
  });
  return `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>nextcart</groupId><artifactId>local</artifactId><version>1</version>
<dependencies>${dependencies.join('\n')}</dependencies></project>`;
};

/**
 * Fetches artifacts with all they need into `folder`, once. Done in a folder beside it and renamed, so that a
 * half-finished download is never taken for a whole one and two first starts at once don't disturb each other.
 */
export const fetchWithMaven = async (
  artifacts: readonly Coordinates[],
  folder: string,
  mode: 'copy' | 'unpack',
  log: (line: string) => void,
): Promise<void> => {
  if (existsSync(folder)) return;
  log(`fetching ${artifacts.join(' and ')} with Maven, once`);
  mkdirSync(dirname(folder), { recursive: true });
  const work = mkdtempSync(`${folder}.new-`);
  try {
    writeFileSync(join(work, 'pom.xml'), pom(artifacts));
    const goal = mode === 'copy' ? 'copy-dependencies' : 'unpack-dependencies';
    const result = await runCommand(
      'mvn',
      ['-B', '-q', '-f', join(work, 'pom.xml'), `${PLUGIN}:${goal}`, `-DoutputDirectory=${join(work, 'out')}`],
      { timeoutMs: TIMEOUT_MS },
    );
    if (!result.ok)
      throw new NextcartError(
        'missing_server',
        `Maven could not fetch ${artifacts.join(' and ')}. Install Maven and Java 17 (Debian: apt-get install maven), look at the network, or name a running server by its URL.\n${result.output.trim().slice(-1500)}`,
        { retry: true },
      );
    if (!existsSync(folder)) renameSync(join(work, 'out'), folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
};
