import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/**
 * CPU that processes have used, from /proc. A process's line holds user and system time of all its threads, those
 * that have ended too; its children are added by walking the tree. Resolution is one tick, 10 ms.
 */
const FIELDS_BEFORE = 2; // pid and (name); the name may hold spaces and brackets, so fields are counted from its end
const PPID = 3 - FIELDS_BEFORE;
const UTIME = 13 - FIELDS_BEFORE;
const STIME = 14 - FIELDS_BEFORE;
const UTIME_ENDED = 15 - FIELDS_BEFORE;
const STIME_ENDED = 16 - FIELDS_BEFORE;

const statOf = (pid: number): string[] | undefined => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined; // it has ended
  }
};

let ticks: number | undefined;
const ticksPerSecond = (): number => (ticks ??= Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' })));

/** Microseconds of CPU that a process and its living descendants have used. Throws where the process is not there. */
export const cpuMicros = (pid: number): number => {
  const own = statOf(pid);
  if (own === undefined) throw new Error(`no process ${pid}: it ended while it was measured`);
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    const id = Number(name);
    const parent = Number.isInteger(id) ? Number(statOf(id)?.[PPID]) : Number.NaN;
    if (!Number.isNaN(parent)) children.set(parent, [...(children.get(parent) ?? []), id]);
  }
  const used = (id: number): number => {
    const stat = statOf(id);
    const ticksUsed = stat === undefined ? 0 : Number(stat[UTIME]) + Number(stat[STIME]);
    return (children.get(id) ?? []).reduce((sum, child) => sum + used(child), ticksUsed);
  };
  return (used(pid) * 1e6) / ticksPerSecond();
};

/** Microseconds of CPU that a process and its children that have ended have used. Throws where the process is not there. */
export const cpuMicrosWithEnded = (pid: number): number => {
  const stat = statOf(pid);
  if (stat === undefined) throw new Error(`no process ${pid}: it ended while it was measured`);
  const used = [UTIME, STIME, UTIME_ENDED, STIME_ENDED].reduce((sum, field) => sum + Number(stat[field]), 0);
  return (used * 1e6) / ticksPerSecond();
};

/** Resident bytes of one process at its highest. */
export const peakResidentBytes = (pid: number): number => {
  const kib = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kib) * 1024;
};

/** Microseconds that this process alone has used: the servers that a bench started are its children. */
export const selfMicros = (): number => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

export type Pids = Readonly<Record<string, number>>;

/** Starts a measurement; calling it gives microseconds by name since then. */
export const startCpuMeter = (pids: Pids): (() => Record<string, number>) => {
  const read = () => Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, cpuMicros(pid)]));
  const before = read();
  return () => Object.fromEntries(Object.entries(read()).map(([name, used]) => [name, used - (before[name] ?? 0)]));
};
