import { constants, openSync } from 'node:fs';
import ffi from 'ffi-rs';

const STDIN = 0;

/**
 * Puts a pseudo-terminal on file descriptor 0. The engine's command line is not interactive without one, and then
 * aborts the whole process on any socket error, such as one client that resets its connection; with a terminal and
 * `--interactive` it bore 2,500 of them.
 */
export const openTerminalOnStdin = (): void => {
  ffi.open({ library: 'c', path: process.platform === 'darwin' ? 'libSystem.B.dylib' : 'libc.so.6' });
  const flags = constants.O_RDWR | constants.O_NOCTTY;
  const master = callInt('posix_openpt', [flags]);
  callInt('grantpt', [master]);
  callInt('unlockpt', [master]);
  const name: string = ffi.load({
    library: 'c',
    funcName: 'ptsname',
    retType: ffi.DataType.String,
    paramsType: [ffi.DataType.I32],
    paramsValue: [master],
  });
  callInt('dup2', [openSync(name, flags), STDIN]);
};

const callInt = (funcName: string, args: number[]): number => {
  const result: number = ffi.load({
    library: 'c',
    funcName,
    retType: ffi.DataType.I32,
    paramsType: args.map(() => ffi.DataType.I32),
    paramsValue: args,
  });
  if (result < 0) throw new Error(`${funcName} failed: no pseudo-terminal can be had (is /dev/pts mounted?)`);
  return result;
};
