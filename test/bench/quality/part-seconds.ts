/** What each part of a run took: told as it ends, and summed by name for the table. */
import type { QualityContext } from './quality-bench.ts';

export interface PartSeconds {
  /** Does the work, adds its time to the name's; throws the reason of a bench that was stopped meanwhile. */
  timed<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** Seconds so far by name; a part that did nothing has none. */
  readonly seconds: ReadonlyMap<string, number>;
}

export const createPartSeconds = ({ log, signal }: Pick<QualityContext, 'log' | 'signal'>): PartSeconds => {
  const seconds = new Map<string, number>();
  return {
    seconds,
    timed: async (name, work) => {
      const startedAt = performance.now();
      const result = await work();
      const spent = (performance.now() - startedAt) / 1000;
      seconds.set(name, (seconds.get(name) ?? 0) + spent);
      log(`${name}: ${spent.toFixed(1)} s`);
      signal.throwIfAborted();
      return result;
    },
  };
};
