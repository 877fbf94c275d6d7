import { Cure, capture, childEnv, hostEnv, say, step } from './run.mjs';

const MIN_JAVA = 17; // Kafka 4 brokers

/** What the local servers need beyond npm: looked for, and installed where this may be done. */
export const ensureServerTools = async () => {
  if (!hostEnv.KAFKA_BROKERS) {
    await ensure('java', ['-version'], 'default-jre-headless');
    await ensure('mvn', ['--version'], 'maven');
    requireJava();
  }
  if (!hostEnv.REDIS_URL && !(await ensure('redis-server', ['--version'], 'redis-server')))
    say('  no redis-server here: one will be taken from a jar of Maven Central');
};

/** Only end-to-end tests use it: without it they fail, saying so. */
export const ensureKcat = () => ensure('kcat', ['-V'], 'kcat');

/** → true where the program is there in the end. */
const ensure = async (program, args, debianPackage) => {
  if (capture(program, args) !== undefined) return true;
  if (process.getuid?.() !== 0 || capture('apt-get', ['--version']) === undefined) return false;
  const env = { ...childEnv, DEBIAN_FRONTEND: 'noninteractive' };
  const installIt = () =>
    step(
      `apt-get install ${debianPackage} (no ${program} here)`,
      'apt-get',
      ['install', '-y', '-qq', debianPackage],
      env,
    );
  const known = capture('apt-cache', ['policy', debianPackage])?.includes('Candidate: ') ?? false;
  if (!known) await step('apt-get update', 'apt-get', ['update', '-qq'], env);
  // a list that is old names versions that are gone: fetch a new one and try once more
  if ((await installIt()) !== 0 && known) {
    await step('apt-get update', 'apt-get', ['update', '-qq'], env);
    await installIt();
  }
  return capture(program, args) !== undefined;
};

const requireJava = () => {
  const version = captureVersion();
  const cure =
    'Install them (Debian: apt-get install default-jre-headless maven), or name a running broker in KAFKA_BROKERS.';
  if (!(version >= MIN_JAVA))
    throw new Cure(
      `Kafka needs Java ${MIN_JAVA} or newer and Maven; ${version ? `this is Java ${version}` : 'there is no Java'}. ${cure}`,
    );
  if (capture('mvn', ['--version']) === undefined)
    throw new Cure(`Kafka is fetched with Maven; there is no mvn. ${cure}`);
};

// `java --version`, with two dashes, writes to stdout
const captureVersion = () => Number(/(\d+)/.exec(capture('java', ['--version'])?.split('\n')[0] ?? '')?.[1]);
