import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Cure, capture, childEnv, hostEnv, root, step } from './run.mjs';

const MIN_NODE = [24, 6]; // runs TypeScript as it is, with zstd in node:zlib
const MIN_FIRST_NODE = 18; // oldest one that all of this was run on; npm brings the other
const stamp = join(root, 'node_modules', '.nextcart-installed');

const wanted = () =>
  createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .update(`${process.platform} ${process.arch}`)
    .digest('hex');

/** The Node that runs this. Older ones fail half-way, with words that nobody understands. */
export const requireFirstNode = () => {
  if (Number(/^v(\d+)/.exec(process.version)?.[1]) >= MIN_FIRST_NODE) return;
  throw new Cure(
    `Node ${MIN_FIRST_NODE} or newer is needed to begin with; this is ${process.version}. Install a newer one, from nodejs.org or with the system's packages.`,
  );
};

/** Installs what package-lock.json says, unless that has been done. */
export const install = async () => {
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted()) return;
  if (capture('npm', ['--version']) === undefined)
    throw new Cure(
      'There is no npm, which brings all packages. Install it: it comes with Node (Debian: apt-get install npm).',
    );
  // Not `npm ci`: a lock file made on one platform lacks the optional packages of the others, and ci refuses that.
  // The child's PATH is the person's own: node_modules/.bin may hold a Node that is being replaced.
  // ONNX Runtime's CPU engine is in its package; its script would fetch CUDA's besides. A newer npm does not run it
  // (allowScripts in package.json), an older one does.
  const env = { ...childEnv, PATH: hostEnv.PATH, ONNXRUNTIME_NODE_INSTALL: 'skip' };
  // errors only: under an older Node, npm warns of every package that wants the one it is about to bring
  const args = ['install', '--no-audit', '--no-fund', '--loglevel=error'];
  if ((await step(`npm ${args.join(' ')}: 1.4 GB on disk, about a minute the first time`, 'npm', args, env)) !== 0)
    throw new Cure(
      'npm install failed: its last lines say why (network? disk space?). Mend that, then run the same command again.',
    );
  writeFileSync(stamp, wanted());
};

/** The Node that everything runs on: the one that npm brought, else the system's where that is new enough. */
export const findNode = () => {
  const own = join(root, 'node_modules', '.bin', 'node');
  for (const node of [own, process.execPath]) if (isNewEnough(capture(node, ['--version']))) return node;
  const found = capture(own, ['--version'])?.trim() ?? 'none';
  throw new Cure(
    `Node ${MIN_NODE.join('.')} or newer is needed; node_modules/.bin/node is ${found}, the system's is ${process.version}.\n` +
      'npm brings one, unless it was told to run no install scripts. Cure: npm rebuild node (with ignore-scripts off), or install a newer Node.',
  );
};

const isNewEnough = (version) => {
  const [major = 0, minor = 0] = (version ?? '').replace('v', '').split('.').map(Number);
  return major > MIN_NODE[0] || (major === MIN_NODE[0] && minor >= MIN_NODE[1]);
};
