import type { Clock } from '@nextcart/runtime';
import { integer } from './print.ts';

export interface Progress {
  /** `done` counts from the beginning of the whole work, also after a resume. */
  update(done: number): void;
  end(done: number): void;
}

export const duration = (seconds: number): string => {
  const s = Math.round(seconds);
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
};

/** One line on stderr: count, share, rate of this run, time left. On a terminal it is redrawn, else printed every 5 s. */
export const createProgress = (deps: {
  what: string;
  total: number | undefined;
  from: number;
  clock: Clock;
  out?: NodeJS.WriteStream;
}): Progress => {
  const { what, total, from, clock, out = process.stderr } = deps;
  const started = clock.monotonic();
  const everyMs = out.isTTY ? 200 : 5000;
  let last = started - everyMs;

  const line = (done: number): string => {
    const seconds = (clock.monotonic() - started) / 1000;
    const rate = (done - from) / Math.max(seconds, 0.001);
    const share =
      total === undefined ? '' : ` of ${integer(total)} (${((100 * done) / Math.max(1, total)).toFixed(1)} %)`;
    const left = total === undefined || done >= total || rate === 0 ? '' : `, ${duration((total - done) / rate)} left`;
    return `${what}: ${integer(done)}${share}, ${integer(Math.round(rate))}/s${left}`;
  };
  const draw = (done: number, end: boolean) => {
    if (out.isTTY) out.write(`\r${line(done)}\u001b[K${end ? '\n' : ''}`);
    else out.write(`${line(done)}\n`);
  };
  return {
    update: (done) => {
      const now = clock.monotonic();
      if (now - last < everyMs) return;
      last = now;
      draw(done, false);
    },
    end: (done) => draw(done, true),
  };
};
