import { execFileSync, spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/* oxlint-disable no-restricted-properties -- the bootstrap hands the environment on; there is no env.ts before an install */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** As the person has it. */
export const hostEnv = process.env;

/**
 * What every child gets: the house's programs first, nobody's telemetry, no download beside npm's own, and what Node made
 * of a source before: half of a command's time, and threads die of making it (docs/decisions/0049-compiled-sources-are-kept.md).
 */
export const childEnv = {
  NODE_COMPILE_CACHE: join(root, '.nextcart', 'compiled'),
  ...process.env,
  PATH: [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
  TURBO_TELEMETRY_DISABLED: '1',
  DO_NOT_TRACK: '1',
  ONNXRUNTIME_NODE_INSTALL: 'skip',
};

export const say = (line) => process.stdout.write(`${line}\n`);

/** A problem that a person can cure: printed without a stack trace. */
export class Cure extends Error {}

/**
 * Runs a child in this terminal → its exit code. Ctrl-C reaches the child through the terminal; here it is only not
 * obeyed, because the child stops in order and this process must outlive it. SIGTERM is handed on.
 */
export const run = (command, args, env = childEnv) =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, env, stdio: 'inherit' });
    const ignore = () => {};
    const handOn = (signal) => child.kill(signal);
    process.on('SIGINT', ignore).on('SIGTERM', handOn).on('SIGHUP', handOn);
    child.once('error', (error) => reject(new Cure(`${command} can't be run: ${error.message}`)));
    child.once('exit', (code, signal) => {
      process.off('SIGINT', ignore).off('SIGTERM', handOn).off('SIGHUP', handOn);
      resolve(code ?? 128 + (signals[signal] ?? 1));
    });
  });

const signals = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };

/** Output of a short command; undefined where it is missing or fails. */
export const capture = (command, args) => {
  try {
    return execFileSync(command, args, {
      cwd: root,
      env: childEnv,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch {
    return undefined;
  }
};

/** A named step with its time. Throws where its command fails. */
export const step = async (name, command, args, env = childEnv) => {
  const startedAt = performance.now();
  say(`▸ ${name}`);
  const code = await run(command, args, env);
  say(`${code === 0 ? '✓' : '✗'} ${name}: ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  return code;
};
