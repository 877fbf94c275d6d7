import type { Preparation } from '@nextcart/datasets';
import type { Clock } from '@nextcart/runtime';
import { integer } from './print.ts';

export interface Progress {
  /** `done` counts from the beginning of the whole work, also after a resume; `waitMs`: nothing more is due before. */
  update(done: number, waitMs?: number): void;
  end(done: number): void;
}

export const duration = (seconds: number): string => {
  const s = Math.round(seconds);
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
};

/** A replay at its own pace may have an event a minute. */
const rateText = (rate: number): string =>
  rate < 10 ? String(Number(rate.toPrecision(2))) : integer(Math.round(rate));

/** On a terminal one line that is redrawn (and cut at its edge: a line that wraps is not redrawn), else lines. */
const drawLine = (out: NodeJS.WriteStream, text: string, end = false): void => {
  if (out.isTTY) out.write(`\r${text.slice(0, (out.columns || 80) - 1)}\u001b[K${end ? '\n' : ''}`);
  else out.write(`${text}\n`);
};
const everyMsOn = (out: NodeJS.WriteStream): number => (out.isTTY ? 200 : 5000);

interface Deps {
  what: string;
  clock: Clock;
  out?: NodeJS.WriteStream;
}

/**
 * One line on stderr: count, share, rate of this run, time left. On a terminal it is redrawn, else printed every 5 s.
 * The run begins with the call: what came before it, and what an earlier run did (`from`), is not in its rate.
 */
export const createProgress = (deps: Deps & { total: number | undefined; from: number }): Progress => {
  const { what, total, from, clock, out = process.stderr } = deps;
  const started = clock.monotonic();
  const everyMs = everyMsOn(out);
  let last = started - everyMs;

  const line = (done: number, waitMs = 0): string => {
    const seconds = (clock.monotonic() - started) / 1000;
    const rate = (done - from) / Math.max(seconds, 0.001);
    const share =
      total === undefined ? '' : ` of ${integer(total)} (${((100 * done) / Math.max(1, total)).toFixed(1)} %)`;
    const left = total === undefined || done >= total || rate === 0 ? '' : `, ${duration((total - done) / rate)} left`;
    const wait = waitMs < 1000 ? '' : `, next in ${duration(waitMs / 1000)}`;
    const since = from === 0 ? '' : `, went on after ${integer(from)}`;
    return `${what}: ${integer(done)}${share}, ${rateText(rate)}/s${left}${wait}${since}`;
  };
  return {
    update: (done, waitMs) => {
      const now = clock.monotonic();
      if (now - last < everyMs) return;
      last = now;
      drawLine(out, line(done, waitMs));
    },
    end: (done) => drawLine(out, line(done), true),
  };
};

/** Made at the first update, when its total is known and its run begins; without one it has no end to tell. */
export const createLateProgress = (create: () => Progress): Progress => {
  let made: Progress | undefined;
  return {
    update: (...now) => (made ??= create()).update(...now),
    end: (done) => made?.end(done),
  };
};

export interface PreparationLine {
  tell(preparation: Preparation): void;
  /** Takes it off the terminal. */
  clear(): void;
}

/** What goes before the work, on a line of its own: share and time left; nothing where it is over at the first look. */
export const createPreparationLine = ({ what, clock, out = process.stderr }: Deps): PreparationLine => {
  const everyMs = everyMsOn(out);
  let now: { what: string; done: number; started: number; last: number } | undefined;
  let drawn = false;
  return {
    tell: (preparation) => {
      const at = clock.monotonic();
      const { what: part, done } = preparation;
      // records may come in between: only what is another part, or begins anew, has a time of its own
      if (now?.what !== part || done < now.done) now = { what: part, done, started: at, last: at };
      now.done = done;
      if (at - now.last < everyMs) return;
      now.last = at;
      const share = done / Math.max(1, preparation.total);
      const left = share === 0 ? '' : `, ${duration((((at - now.started) / 1000) * (1 - share)) / share)} left`;
      drawLine(out, `${what}: ${part}, ${(100 * share).toFixed(1)} %${left}`);
      drawn = true;
    },
    clear: () => {
      if (drawn && out.isTTY) out.write('\r\u001b[K');
      drawn = false;
    },
  };
};
