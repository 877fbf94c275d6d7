import type { Progress } from '@nextcart/models';

const EVERY_MS = 10_000;

export interface TrainingLog {
  readonly progress: (progress: Progress) => void;
  readonly validated: (epoch: number, quality: number) => void;
}

/** Lines of a training: one at most every ten seconds, and one after each validation. */
export const createTrainingLog = (
  name: string,
  log: (line: string) => void,
  now: () => number = () => performance.now(),
): TrainingLog => {
  let shownAt = Number.NEGATIVE_INFINITY;
  return {
    progress: ({ epoch, epochs, step, stepsPerEpoch, loss, eventsPerSecond, etaSeconds }) => {
      if (now() - shownAt < EVERY_MS && step < stepsPerEpoch) return;
      shownAt = now();
      const place = `epoch ${epoch + 1} of ${epochs}, step ${step} of ${stepsPerEpoch}`;
      const speed = `${Math.round(eventsPerSecond).toLocaleString('en')} events/s, ${etaSeconds.toFixed(0)} s left`;
      log(`  ${name}: ${place}, loss ${loss.toFixed(4)}, ${speed}`);
    },
    validated: (epoch, quality) => log(`${name}: validation after epoch ${epoch + 1}: ${quality.toFixed(4)}`),
  };
};
