import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { constants, getPriority, setPriority } from 'node:os';
import { setFlagsFromString } from 'node:v8';

/**
 * Nice value of all work that no list waits for: on a machine that is shared, the way of an event goes first, and what
 * stands back still gets whatever is left.
 */
export const BACKGROUND_NICE = constants.priority.PRIORITY_BELOW_NORMAL;

/** The process stands back. To be called before its first other thread, which inherits it. */
export const standBack = (): void => {
  setPriority(niceOfBackground());
  sessionStandsBack(process.pid);
};

/**
 * The session that the process leads stands back behind others; nothing happens where it leads none. Linux shares the
 * cores between sessions first, where it groups them (autogroup), and between a session's threads only then: a nice
 * value alone says nothing to the processes of another session.
 */
export const sessionStandsBack = (pid: number, nice = BACKGROUND_NICE): void => {
  try {
    if (leadsSession(pid)) writeFileSync(`/proc/${pid}/autogroup`, String(Math.max(nice, getPriority())));
  } catch {
    // a system without such groups, or a process that has ended
  }
};

/**
 * V8's own threads (collection, compilation) stand back behind the process's others. Marking takes every core that it
 * can get for 100 ms and more, and whoever waits for a list would wait for that. Where threads have no priority of
 * their own that changes nothing. The main thread collects young objects by itself from now on: it would wait for
 * those threads, and they for a core. To be called before there is much to collect.
 */
export const helpersStandBack = (): void => {
  setFlagsFromString('--no-parallel-scavenge');
  const nice = niceOfBackground();
  try {
    for (const thread of readdirSync('/proc/self/task'))
      if (readFileSync(`/proc/self/task/${thread}/comm`, 'utf8').trim() === HELPER) setPriority(Number(thread), nice);
  } catch {
    // a system without /proc
  }
};
/** Who was told to stand back further stays there. */
const niceOfBackground = (): number => Math.max(BACKGROUND_NICE, getPriority());

/** Node's name for them. */
const HELPER = 'V8Worker';

/** The line of /proc: pid, (name), state, parent, process group, session. */
const leadsSession = (pid: number): boolean => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const [, , , session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(session) === pid;
};
