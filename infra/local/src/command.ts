import { execFile } from 'node:child_process';

export interface CommandResult {
  readonly ok: boolean;
  /** Both streams: what a person would have seen. */
  readonly output: string;
}

/** Runs a short command to its end; a missing program or a failure is a value, so that the caller can name the cure. */
export const runCommand = (
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly timeoutMs?: number } = {},
): Promise<CommandResult> =>
  new Promise((resolve) => {
    execFile(
      command,
      args,
      { cwd: options.cwd, timeout: options.timeoutMs ?? 10_000, maxBuffer: 8 * 1024 * 1024, encoding: 'utf8' },
      (error, stdout, stderr) =>
        resolve({ ok: error === null, output: `${stdout}${stderr}` || (error?.message ?? '') }),
    );
  });
