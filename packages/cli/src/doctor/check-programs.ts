import { spawnSync } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';
import { type Finding, ill, well } from './finding.ts';

const NODE_MAJOR = 24;
const NODE_MINOR = 6;

export const checkNode = (version = process.versions.node): Finding => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > NODE_MAJOR || (major === NODE_MAJOR && minor >= NODE_MINOR)
    ? well('node', version)
    : ill(
        'node',
        version,
        `nextcart needs ${NODE_MAJOR}.${NODE_MINOR} or newer: run it as \`node bootstrap.mjs nextcart …\``,
      );
};

/** What the local stack needs of the machine; of no interest where the servers run elsewhere. */
const needed = [
  {
    program: 'java',
    args: ['-version'],
    cure: 'install a Java 17 or newer (Debian: apt-get install default-jre-headless)',
  },
  {
    program: 'mvn',
    args: ['-B', '-version'],
    cure: 'install Maven (Debian: apt-get install maven); it fetches the broker once',
  },
] as const;

/** The first line that a program says of itself, or null where there is none. */
const versionOf = (program: string, args: readonly string[]): string | null => {
  const run = spawnSync(program, args, { encoding: 'utf8', timeout: 20_000 });
  if (run.error !== undefined || run.status !== 0) return null;
  // Maven resets colours even where it is told to use none
  return (
    stripVTControlCharacters(run.stdout || run.stderr)
      .split('\n')[0]
      ?.trim() ?? ''
  );
};

export const checkPrograms = (): Finding[] => [
  ...needed.map(({ program, args, cure }) => {
    const version = versionOf(program, args);
    return version === null ? ill(program, 'not installed', cure) : well(program, version);
  }),
  well('redis-server', versionOf('redis-server', ['--version']) ?? 'not installed: the stack fetches one with Maven'),
];
