import { Cure, capture, childEnv, hostEnv, say, step } from './run.mjs';

const MIN_JAVA = 17; // Kafka 4 brokers

/** What the local servers need beyond npm: looked for, and installed where this may be done. */
export const ensureServerTools = async () => {
  if (!hostEnv.KAFKA_BROKERS) {
    await ensure('java', ['-version'], 'default-jre-headless');
    await ensure('mvn', ['--version'], 'maven');
    requireJava();
  }
  if (!hostEnv.REDIS_URL && !(await ensure('redis-server', ['--version'], 'redis-server'))) {
    if (!isThere('mvn', ['--version']))
      throw new Cure(
        'There is no redis-server, and no Maven that could fetch one. Install one of them (Debian: apt-get install redis-server), or name a running server in REDIS_URL.',
      );
    say('  no redis-server here: one will be taken from a jar of Maven Central');
  }
};

/** Only end-to-end tests use it: without it they fail. */
export const ensureKcat = async () => {
  if (!(await ensure('kcat', ['-V'], 'kcat')))
    say('  no kcat here: tests that use it will fail. Cure: install it (Debian: apt-get install kcat)');
};

const isThere = (program, args) => capture(program, args) !== undefined;

/** → true where the program is there in the end. */
export const ensure = async (program, args, debianPackage) => {
  if (isThere(program, args)) return true;
  if (process.getuid?.() !== 0 || !isThere('apt-get', ['--version'])) return false;
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
  return isThere(program, args);
};

const requireJava = () => {
  const version = captureVersion();
  const cure =
    'Install them (Debian: apt-get install default-jre-headless maven), or name a running broker in KAFKA_BROKERS.';
  if (!(version >= MIN_JAVA)) {
    // 8 does not know --version
    const found = isThere('java', ['-version']) ? `this is Java ${version || '8 or older'}` : 'there is no Java';
    throw new Cure(`Kafka needs Java ${MIN_JAVA} or newer and Maven; ${found}. ${cure}`);
  }
  if (!isThere('mvn', ['--version'])) throw new Cure(`Kafka is fetched with Maven; there is no mvn. ${cure}`);
};

// `java --version`, with two dashes, writes to stdout
const captureVersion = () => Number(/(\d+)/.exec(capture('java', ['--version'])?.split('\n')[0] ?? '')?.[1]);
