import type { ReleaseProgress } from '@nextcart/contracts';
import type { Clock } from '@nextcart/runtime';

/** How far a release is, and how long each stage of it took. */
export interface Stages {
  /** Ends the stage before. */
  begin(stage: ReleaseProgress['stage']): void;
  tell(done: number, total: number): void;
  /** Of all stages so far, by name. */
  seconds(): Record<string, number>;
}

export const createStages = (clock: Clock, onProgress: (progress: ReleaseProgress) => void): Stages => {
  const taken: Record<string, number> = {};
  let current: { readonly stage: ReleaseProgress['stage']; readonly since: number } | undefined;
  const end = () => {
    if (current) taken[current.stage] = (clock.monotonic() - current.since) / 1000;
  };
  const tell = (done: number, total: number) => {
    if (!current) return;
    const etaSeconds = done > 0 ? ((clock.monotonic() - current.since) / 1000 / done) * (total - done) : 0;
    onProgress({ stage: current.stage, done, total, etaSeconds });
  };
  return {
    begin: (stage) => {
      end();
      current = { stage, since: clock.monotonic() };
      tell(0, 1);
    },
    tell,
    seconds: () => {
      end();
      return { ...taken };
    },
  };
};
