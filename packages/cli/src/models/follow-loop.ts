import { readArms, readFirstPass, readLastCycle, readModelActivations, type Store } from '@nextcart/clickhouse';
import type { HoldOut } from '@nextcart/contracts';
import type { Clock } from '@nextcart/runtime';
import { type LoopState, renderLoop } from './render-loop.ts';

const LOOK_MS = 5000;
const DAY_MS = 86_400_000;
/** Of activations: more than partitions that change hands in a while. */
const MOST_ACTIVATIONS = 10_000;

interface LoopDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly holdOut: HoldOut;
  /** What is being learned, in words. */
  readonly training: () => Promise<string | undefined>;
}

/** Looks now and then until aborted; `tell` gets the lines whenever they changed. What can't be looked at is as it was. */
export const followLoop = async (
  deps: LoopDeps,
  signal: AbortSignal,
  tell: (lines: readonly string[]) => void,
): Promise<void> => {
  let told = '';
  while (!signal.aborted) {
    const lines = await lookAt(deps).then(renderLoop, () => undefined); // a server that is away for a moment
    const text = lines?.join('\n') ?? told;
    if (text !== told) tell(lines ?? []);
    told = text;
    await deps.clock.sleep(LOOK_MS, signal).catch(() => undefined);
  }
};

/** By the wall clock: of an import, whose events have times of their own, nothing is compared. */
const lookAt = async ({ store, clock, holdOut, training }: LoopDeps): Promise<LoopState> => {
  const [run, firstPass] = await Promise.all([readLastCycle(store), readFirstPass(store)]);
  const activations = run ? await readModelActivations(store, { release: run.release, limit: MOST_ACTIVATIONS }) : [];
  const until = clock.now();
  return {
    training: await training(),
    run,
    partitions: new Set(activations.map(({ partition }) => partition)).size,
    arms:
      firstPass !== null && holdOut.share > 0
        ? await readArms(store, { since: Math.max(firstPass, until - DAY_MS), until }, holdOut)
        : undefined,
  };
};
