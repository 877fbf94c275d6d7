import type { ModelRelease } from '@nextcart/contracts';
import type { Clock } from '@nextcart/runtime';

export interface Activation {
  /** Of the partitions, those that are ranked by it now. */
  readonly active: readonly number[];
  readonly partitions: number;
  readonly seconds: number;
}

const LOOK_MS = 20;

/** Until the scorers of all partitions have told that they rank by the release, or `timeoutMs` have passed. */
export const awaitActivation = async (deps: {
  readonly clock: Clock;
  /** Records that came since the change. */
  readonly records: () => readonly ModelRelease[];
  /** Null: ranking without models, by whatever name scorers call it. */
  readonly releaseId: string | null;
  readonly partitions: number;
  readonly timeoutMs: number;
}): Promise<Activation> => {
  const { clock, records, releaseId, partitions, timeoutMs } = deps;
  const begun = clock.monotonic();
  for (;;) {
    const told = records().filter(
      (record) => record.kind === 'activated' && (releaseId === null || record.releaseId === releaseId),
    );
    const active = [...new Set(told.map(({ partition }) => partition ?? -1))].toSorted((a, b) => a - b);
    const ms = clock.monotonic() - begun;
    if (active.length >= partitions || ms >= timeoutMs) return { active, partitions, seconds: ms / 1000 };
    await clock.sleep(LOOK_MS);
  }
};
