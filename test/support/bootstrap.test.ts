import { chmodSync, copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { repoRoot } from '@nextcart/local';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Finished, runProgram } from './run-program.ts';

/**
 * The real bootstrap on a fresh clone, on machines that lack something: the PATH is a folder with nothing in it but what
 * a test puts there. Programs of the system are stood in for by small scripts; what is started in the end only says so.
 */
let clone: string;
let programs: string;
let shelf: string;
const SYSTEM_PATH = process.env['PATH'] ?? '';

beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), 'nextcart-clone-'));
  programs = join(clone, 'programs');
  shelf = join(clone, 'shelf');
  for (const path of [
    'bootstrap.mjs',
    'package.json',
    'package-lock.json',
    'infra/bootstrap',
    'test/support/requirements.txt',
    'packages/models/src/artifact/requirements.txt',
  ])
    cpSync(join(repoRoot, path), join(clone, path), { recursive: true });
  write('infra/local/src/main.ts', 'console.log(`started on ${process.version}`);');
  write('node_modules/vitest/vitest.mjs', 'console.log("tests are run");');
  for (const [name, script] of Object.entries(SCRIPTS))
    write(join('shelf', name), `#!/bin/sh\nPATH='${SYSTEM_PATH}'\n${script}\n`);
  mkdirSync(programs);
});
afterEach(() => rmSync(clone, { recursive: true }));

const write = (path: string, text: string): void => {
  mkdirSync(dirname(join(clone, path)), { recursive: true });
  writeFileSync(join(clone, path), text);
  chmodSync(join(clone, path), 0o755);
};

const SCRIPTS = {
  npm: `case $1 in install) mkdir -p node_modules/.bin && ln -sf '${process.execPath}' node_modules/.bin/node;; esac`,
  'npm-without-scripts': '',
  java: 'echo "openjdk 17.0.19 2026-04-21"',
  'java-11': 'echo "openjdk 11.0.29 2025-10-21"',
  'java-8': '[ "$1" = -version ]',
  mvn: '',
  'redis-server': '',
  kcat: '',
  python3: '[ "$2" != venv ] || { mkdir -p "$3/bin" && cp "$0" "$3/bin/pip"; }',
  'apt-get': `[ "$1" != install ] || case $4 in
    default-jre-headless) cp shelf/java programs;;
    maven) cp shelf/mvn programs;;
    python3-venv) cp shelf/python3 programs;;
    *) cp "shelf/$4" programs;;
  esac`,
  'apt-cache': 'echo "  Candidate: 1"',
  'apt-get-offline': '[ "$1" = --version ] || { echo "Temporary failure resolving"; exit 100; }',
  'node-20': 'echo v20.11.0',
};

/** `java-11` is a `java`. */
const has = (...names: (keyof typeof SCRIPTS)[]): void => {
  for (const name of names)
    copyFileSync(join(shelf, name), join(programs, name.replace(/-(8|11|offline|without-scripts)$/, '')));
};

interface Machine {
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Done before the bootstrap begins, as JavaScript. */
  readonly first?: string;
}
const bootstrap = (command: string, { env = {}, first = '' }: Machine = {}): Promise<Finished> =>
  runProgram(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(first)}`, join(clone, 'bootstrap.mjs'), command],
    { env: { ...NO_SERVERS, PATH: programs, ...env } },
  );
const NO_SERVERS = { KAFKA_BROKERS: undefined, REDIS_URL: undefined };
const ROOT = 'process.getuid = () => 0;';
const version = (text: string): string => `Object.defineProperty(process, 'version', { value: '${text}' });`;

test.each(['start', 'test'])('npm %s without npm: it is named, and where it comes from', async (command) => {
  const { code, stderr } = await bootstrap(command);
  expect(stderr).toMatch(/^\nThere is no npm.*Install it: it comes with Node \(Debian: apt-get install npm\)\.\n$/);
  expect(code).toBe(1);
});

test('an npm that fails is said to do so after its own words, and what it had begun was announced', async () => {
  const env = { PATH: SYSTEM_PATH, npm_config_registry: 'http://127.0.0.1:9', npm_config_fetch_retries: '0' };
  const { code, stdout, stderr } = await bootstrap('start', {
    env: { ...env, npm_config_cache: join(clone, 'cache') },
  });
  expect(stdout).toMatch(/^▸ npm install .*: 1\.4 GB on disk, about a minute the first time\n/);
  expect(stdout).toMatch(/\n✗ npm install /);
  expect(stderr).toMatch(
    /ECONNREFUSED[^]*\nnpm install failed: its last lines say why .* run the same command again\.\n$/,
  );
  expect(code).toBe(1);
}, 60_000);

test('what Node makes of a source is kept for the next process', async () => {
  has('npm', 'java', 'mvn', 'redis-server');
  write('infra/local/src/main.ts', "import module from 'node:module'; console.log(module.getCompileCacheDir());");
  const { stdout } = await bootstrap('start', { env: { NODE_COMPILE_CACHE: undefined } });
  expect(stdout.split('\n').at(-2)).toContain(join(clone, '.nextcart', 'compiled'));
});

test('a Node that is too old to begin with says which one is needed', async () => {
  const { code, stderr } = await bootstrap('start', { first: version('v16.20.2') });
  expect(stderr).toMatch(/^\nNode 18 or newer is needed to begin with; this is v16\.20\.2\. Install a newer one/);
  expect(code).toBe(1);
});

test('where the system’s Node is 20, everything runs on the one that npm brings, which it brings once', async () => {
  has('npm', 'java', 'mvn', 'redis-server');
  const first = `${version('v20.11.0')} process.execPath = '${join(shelf, 'node-20')}';`;
  const { code, stdout } = await bootstrap('start', { first });
  expect(stdout).toMatch(/^▸ npm install .*\n✓ npm install .*\n/);
  expect(stdout).toMatch(new RegExp(`started on ${process.version}\n$`));
  expect(code).toBe(0);
  expect((await bootstrap('start', { first })).stdout).toBe(`started on ${process.version}\n`);
});

test('where npm brings no Node and the system’s is too old, both are named, and the cure', async () => {
  has('npm-without-scripts', 'java', 'mvn', 'redis-server');
  const first = `${version('v20.11.0')} process.execPath = '${join(shelf, 'node-20')}';`;
  const { code, stderr } = await bootstrap('start', { first });
  expect(stderr).toMatch(
    /^\nNode 24\.6 or newer is needed; node_modules\/\.bin\/node is none, the system's is v20\.11\.0\.\n/,
  );
  expect(stderr).toMatch(/Cure: npm rebuild node \(with ignore-scripts off\), or install a newer Node\.\n$/);
  expect(code).toBe(1);
});

const JAVA_CURE =
  'Install them (Debian: apt-get install default-jre-headless maven), or name a running broker in KAFKA_BROKERS.';
test.each([
  { command: 'start', there: [], says: 'Kafka needs Java 17 or newer and Maven; there is no Java.' },
  { command: 'test', there: [], says: 'Kafka needs Java 17 or newer and Maven; there is no Java.' },
  {
    command: 'start',
    there: ['java-8', 'mvn'],
    says: 'Kafka needs Java 17 or newer and Maven; this is Java 8 or older.',
  },
  { command: 'start', there: ['java-11', 'mvn'], says: 'Kafka needs Java 17 or newer and Maven; this is Java 11.' },
  { command: 'start', there: ['java'], says: 'Kafka is fetched with Maven; there is no mvn.' },
  { command: 'test', there: ['java'], says: 'Kafka is fetched with Maven; there is no mvn.' },
] as const)('npm $command with $there and no more: $says', async ({ command, there, says }) => {
  has('npm', ...there);
  const { code, stdout, stderr } = await bootstrap(command);
  expect(stderr).toBe(`\n${says} ${JAVA_CURE}\n`);
  expect(stdout).not.toMatch(/started|boundaries/);
  expect(code).toBe(1);
});

test('a broker that is named needs no Java; without a redis-server, Maven or a named Redis it can’t go on, and says so', async () => {
  has('npm');
  const env = { KAFKA_BROKERS: 'kafka.example:9092' };
  const { code, stderr } = await bootstrap('start', { env });
  expect(stderr).toMatch(/^\nThere is no redis-server, and no Maven .*apt-get install redis-server\).*REDIS_URL\.\n$/);
  expect(code).toBe(1);
  const named = await bootstrap('start', { env: { ...env, REDIS_URL: 'redis://redis.example' } });
  expect(named).toMatchObject({ code: 0, stdout: expect.stringMatching(/^started/) });
});

test('without a redis-server it is said that one is taken from Maven Central, and the start goes on', async () => {
  has('npm', 'java', 'mvn');
  const { code, stdout } = await bootstrap('start');
  expect(stdout).toMatch(/\n {2}no redis-server here: one will be taken from a jar of Maven Central\nstarted/);
  expect(code).toBe(0);
});

test('without kcat and Python it is said which tests will fail for it and the cure, and the others are run', async () => {
  has('npm', 'java', 'mvn', 'redis-server');
  const { stdout } = await bootstrap('test');
  expect(stdout).toMatch(/\n {2}no kcat here: tests that use it will fail\. Cure: .*apt-get install kcat\)\n/);
  expect(stdout).toMatch(
    /\n {2}no Python with confluent-kafka and fastavro: .* Cure: .*apt-get install python3-venv\)\n/,
  );
  expect(stdout).toMatch(/\n {2}no Python with onnxruntime: the test .* is skipped\. Cure: .*\n/);
  expect(stdout).toMatch(/tests are run/);
});

test('as root on Debian all that is missing is installed, each with its name, before anything is checked', async () => {
  has('npm', 'apt-get', 'apt-cache');
  const { code, stdout } = await bootstrap('test', { first: ROOT });
  const steps = [...stdout.matchAll(/^▸ (?:npm )?(.*?)(?:: .*)?$/gm)].map(([, step]) => step);
  expect(steps.slice(1)).toEqual([
    'apt-get install default-jre-headless (no java here)',
    'apt-get install maven (no mvn here)',
    'apt-get install redis-server (no redis-server here)',
    'apt-get install kcat (no kcat here)',
    'apt-get install python3-venv (no python3 here)',
    'python3 -m venv .nextcart/venv',
    'pip install (clients for tests)',
    'pip install (onnxruntime for tests, 45 MB)',
    ...['boundaries', 'typecheck', 'lint', 'format:check', 'tests'],
  ]);
  expect(stdout).toMatch(/tests are run/);
  expect(code).toBe(0);
});

test('an apt-get that can’t install leaves its own words, and what is missing is named all the same', async () => {
  has('npm', 'apt-get-offline');
  const { code, stdout, stderr } = await bootstrap('start', { first: ROOT });
  expect(stdout).toMatch(/Temporary failure resolving\n✗ apt-get install default-jre-headless/);
  expect(stderr).toMatch(/there is no Java\. Install them/);
  expect(code).toBe(1);
});

test('who is not root is told what to install, and apt-get is not called', async () => {
  has('npm', 'apt-get');
  const { code, stdout, stderr } = await bootstrap('start', { first: 'process.getuid = () => 1000;' });
  expect(stdout).not.toMatch(/apt-get/);
  expect(stderr).toMatch(/there is no Java\. Install them/);
  expect(code).toBe(1);
});

const REPORTS = [
  {
    what: 'a file whose set-up fails is a failure, though vitest calls its tests skipped',
    passed: 6,
    skipped: 6,
    files: [{ status: 'failed', assertionResults: [{ status: 'passed' }, { status: 'skipped' }] }],
    line: '6 passed, 1 failed, 6 skipped',
  },
  {
    what: 'a file with a failed test is counted by its test',
    passed: 1,
    failed: 1,
    files: [{ status: 'failed', assertionResults: [{ status: 'passed' }, { status: 'failed' }] }],
    line: '1 passed, 1 failed',
  },
  {
    what: 'a run that fails before its tests says so',
    files: [],
    line: '0 passed, 0 failed; the run failed outside of its tests: the reason is above',
  },
];
test.each(REPORTS)('the last line of npm test: $what', async ({ passed = 0, failed = 0, skipped = 0, files, line }) => {
  has('npm', 'java', 'mvn', 'redis-server');
  const counts = { numPassedTests: passed, numFailedTests: failed, numPendingTests: skipped };
  write(
    'node_modules/vitest/vitest.mjs',
    `import { writeFileSync } from 'node:fs';
    const file = process.argv.find((word) => word.startsWith('--outputFile.json=')).split('=')[1];
    writeFileSync(file, ${JSON.stringify(JSON.stringify({ ...counts, testResults: files }))});
    process.exit(1);`,
  );
  const { code, stdout } = await bootstrap('test');
  expect(stdout.trimEnd().split('\n').at(-1)).toBe(line);
  expect(code).toBe(1);
});
