import type { ReleaseProgress, ReleaseResult, TrainProgress } from '@nextcart/contracts';
import type { Clock } from '@nextcart/runtime';
import { integer } from '../print.ts';
import { duration } from '../progress.ts';
import type { CycleLook, CycleQueue } from './training-queue.ts';

const LOOK_MS = 300;
/** Longer than any trainer needs to see a job. */
const UNTAKEN_MS = 5000;

/** From the plan to the gate's words; `tell` gets a line whenever it changes. Throws the reason of a cycle that was not made or failed. */
export const followCycle = async (
  deps: {
    readonly queue: CycleQueue;
    readonly clock: Clock;
    readonly signal: AbortSignal;
    readonly tell: (line: string) => void;
  },
  planId: string,
): Promise<ReleaseResult> => {
  const { queue, clock, signal } = deps;
  let told = '';
  const tell = (line: string) => {
    if (line !== told) deps.tell((told = line));
  };
  const begun = clock.monotonic();
  for (;;) {
    const plan = await queue.planned(planId);
    if (plan !== undefined) {
      if (plan.jobId === null)
        throw new Error(`no cycle was made: ${plan.why ?? 'there is nothing to learn from yet'}`);
      return followRelease(plan.jobId, deps, tell);
    }
    if (clock.monotonic() - begun > UNTAKEN_MS && !(await queue.isTaken(planId)))
      tell('no trainer has taken the job yet: does one run? (see: nextcart doctor)');
    await pause(clock, signal);
  }
};

/** Rejects with the signal's reason, which is what a person is told. */
const pause = async (clock: Clock, signal: AbortSignal): Promise<void> => {
  await clock.sleep(LOOK_MS, signal).catch(() => undefined);
  signal.throwIfAborted();
};

const followRelease = async (
  jobId: string,
  { queue, clock, signal }: Pick<Parameters<typeof followCycle>[0], 'queue' | 'clock' | 'signal'>,
  tell: (line: string) => void,
): Promise<ReleaseResult> => {
  for (;;) {
    const look = await queue.look(jobId);
    if (look.result !== null) return look.result;
    tell(`${jobId}: ${lookText(look)}`);
    await pause(clock, signal);
  }
};

export const lookText = ({ trainings, release }: CycleLook): string =>
  trainings.length > 0
    ? trainings.map(({ kind, progress }) => `${kind} ${progress ? trainText(progress) : 'waits'}`).join('; ')
    : release
      ? releaseText(release)
      : 'the gate waits for a trainer';

export const trainText = ({
  epoch,
  epochs,
  step,
  stepsPerEpoch,
  loss,
  eventsPerSecond,
  etaSeconds,
}: TrainProgress): string =>
  `epoch ${epoch + 1} of ${epochs}, step ${integer(step)} of ${integer(stepsPerEpoch)}, loss ${loss.toFixed(4)}, ${integer(Math.round(eventsPerSecond))} events/s, ${duration(etaSeconds)} left`;

const STAGES = { measure: 'measured', refit: 'learning the slice', write: 'written' } as const;

export const releaseText = ({ stage, done, total, etaSeconds }: ReleaseProgress): string =>
  `${STAGES[stage]} ${((100 * done) / Math.max(1, total)).toFixed(0)} %, ${duration(etaSeconds)} left`;
