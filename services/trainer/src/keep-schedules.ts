import type { Clock, Logger } from '@nextcart/runtime';
import type { ClockedJob, TrainingQueue } from './queue.ts';

/** How long nothing comes by the clock where Redis was emptied; a look is a read for each schedule. */
const EVERY_MS = 10_000;

/**
 * Puts schedules into Redis, and back where Redis lost what it had: without it nothing would come by the clock until a
 * trainer starts. What is there stays as it is, so that looking moves no schedule. Resolves after the signal.
 */
export const keepSchedules = async (
  { queue, clock, log }: { readonly queue: TrainingQueue; readonly clock: Clock; readonly log: Logger },
  schedules: readonly ClockedJob[],
  signal: AbortSignal,
): Promise<void> => {
  const restore = async () => {
    const gone: ClockedJob[] = [];
    for (const one of schedules) if (one.everyMs > 0 && !(await queue.isScheduled(one.name))) gone.push(one);
    if (gone.length === 0) return;
    await queue.schedule(gone);
    log.warn({ schedules: gone.map(({ name }) => name) }, 'schedules_restored');
  };
  let step = () => queue.schedule(schedules);
  while (!signal.aborted) {
    try {
      await step();
      step = restore;
    } catch (error) {
      if (!signal.aborted) log.warn({ err: error }, 'schedule_failed');
    }
    await clock.sleep(EVERY_MS, signal).catch(() => undefined);
  }
};
