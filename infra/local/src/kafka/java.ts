import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { NextcartError } from '@nextcart/contracts';
import { runCommand } from '../command.ts';
import { fetchWithMaven } from '../maven.ts';

const KAFKA_VERSION = '4.4.0';
const MIN_JAVA = 17; // Kafka 4 brokers

export interface KafkaJava {
  /** Jars in a fixed order: a class data archive is refused with any other class path. */
  readonly classPath: string;
  /** Flags that load the class data archive, or that make this run's exit write one. */
  readonly archiveFlags: readonly string[];
  /** After a clean exit of a run that wrote an archive: keeps it for the next starts. */
  keepArchive(): void;
}

const javaVersion = async (): Promise<string> => {
  const { ok, output } = await runCommand('java', ['-Xshare:auto', '-XX:TieredStopAtLevel=1', '-version']);
  const major = Number(/version "(\d+)/.exec(output)?.[1]);
  if (!ok || !(major >= MIN_JAVA))
    throw new NextcartError(
      'missing_server',
      `Kafka ${KAFKA_VERSION} needs Java ${MIN_JAVA} or newer, found ${ok ? output.split('\n')[0] : 'none'}. Install one (Debian: apt-get install openjdk-17-jre-headless maven), or name a broker in KAFKA_BROKERS.`,
      { retry: false },
    );
  return output;
};

/** The broker's jars, fetched once, and the archive of its parsed classes, which halves a start (AppCDS). */
export const kafkaJava = async (cache: string, log: (line: string) => void): Promise<KafkaJava> => {
  const version = await javaVersion();
  const libs = join(cache, `kafka-${KAFKA_VERSION}`);
  const jars = [`org.apache.kafka:kafka_2.13:${KAFKA_VERSION}`, 'org.slf4j:slf4j-simple:1.7.36'] as const;
  await fetchWithMaven(jars, libs, 'copy', log);
  const classPath = readdirSync(libs)
    .filter((file) => file.endsWith('.jar'))
    .sort()
    .map((file) => join(libs, file))
    .join(':');
  // another Java or another folder is another archive
  const key = createHash('sha256').update(version).update(classPath).digest('hex').slice(0, 12);
  const archive = join(cache, 'kafka-archives', `${key}.jsa`);
  const fresh = `${archive}.${process.pid}`;
  const exists = existsSync(archive);
  mkdirSync(dirname(archive), { recursive: true });
  return {
    classPath,
    archiveFlags: exists ? [`-XX:SharedArchiveFile=${archive}`, '-Xshare:auto'] : [`-XX:ArchiveClassesAtExit=${fresh}`],
    keepArchive() {
      if (!existsSync(fresh)) return;
      if (existsSync(archive)) rmSync(fresh);
      else renameSync(fresh, archive);
    },
  };
};
