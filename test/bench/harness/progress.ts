import type { Progress } from './bench.ts';

const EVERY_MS = 2000;

/** Rate and time left, on a line that is written over on a terminal and every few seconds in a log. */
export const createProgress = (
  out: { isTTY?: boolean; write(text: string): unknown },
  step: string,
  total: number,
  unit: string,
  now: () => number = () => performance.now(),
): Progress => {
  const startedAt = now();
  const live = out.isTTY === true;
  let shownAt = Number.NEGATIVE_INFINITY;
  const show = (text: string): void => void out.write(live ? `\r${text.padEnd(78)}` : `${text}\n`);
  return {
    at: (done) => {
      const time = now();
      if (time - shownAt < EVERY_MS) return;
      shownAt = time;
      const seconds = (time - startedAt) / 1000;
      const rate = done / seconds;
      const left = done > 0 && seconds > 0 ? `${Math.max(0, (total - done) / rate).toFixed(0)} s left` : 'starting';
      const percent = Math.floor((100 * done) / total);
      show(`  ${step}: ${done.toLocaleString('en')} of ${total.toLocaleString('en')} ${unit} (${percent} %), ${left}`);
    },
    done: () => {
      show(`  ${step}: done in ${((now() - startedAt) / 1000).toFixed(1)} s`);
      if (live) out.write('\n');
    },
  };
};
