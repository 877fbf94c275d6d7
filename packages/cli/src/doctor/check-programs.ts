import { spawnSync } from 'node:child_process';
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
    args: ['-B', '-version'], // no colours
    cure: 'install Maven (Debian: apt-get install maven); it fetches the broker once',
  },
] as const;

export const checkPrograms = (): Finding[] =>
  needed.map(({ program, args, cure }) => {
    const run = spawnSync(program, args, { encoding: 'utf8', timeout: 20_000 });
    if (run.error !== undefined || run.status !== 0) return ill(program, 'not installed', cure);
    return well(program, (run.stdout || run.stderr).split('\n')[0]?.trim() ?? '');
  });
