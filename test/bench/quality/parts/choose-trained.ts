import type { Choice, Curve } from '../quality-bench.ts';
import { bestOf } from '../recipe.ts';

/** What may be trained: settings by what the table calls them. */
export interface TrainedGrid<S> {
  readonly settings: Readonly<Record<string, S>>;
  /** Epochs for each of them, where there are several. */
  readonly tryEpochs: number;
  /** Epochs of the one that is chosen; the best of them by validation counts. */
  readonly epochs: number;
  /** Steps that these take at least: of few data there are more epochs, in both. Absent: as many as it comes to. */
  readonly minSteps?: number;
}

/** The grid for data of which an epoch has so many steps. */
export const longEnough = <S>(grid: TrainedGrid<S>, stepsAnEpoch: number): TrainedGrid<S> => {
  const { tryEpochs, epochs, minSteps = 0 } = grid;
  const times = Math.max(1, minSteps / (epochs * stepsAnEpoch));
  return { ...grid, tryEpochs: Math.ceil(tryEpochs * times), epochs: Math.ceil(epochs * times) };
};

export interface Trained<P> {
  readonly part: P;
  /** Validation after each epoch. */
  readonly quality: readonly number[];
  /** Up to the best. */
  readonly epochs: number;
}

/** Each setting for a few epochs, then the best of them for all. */
export const chooseTrained = async <S, P extends { close(): Promise<void> }>(
  name: string,
  grid: TrainedGrid<S>,
  fit: (settings: S, epochs: number) => Promise<Trained<P>>,
): Promise<{
  readonly choice: Choice;
  readonly curve: Curve;
  readonly part: P;
  readonly settings: S;
  readonly epochs: number;
}> => {
  const candidates = Object.entries(grid.settings);
  const tried = [];
  if (candidates.length > 1)
    for (const [settings, options] of candidates) {
      const { part, quality } = await fit(options, grid.tryEpochs);
      await part.close();
      tried.push({ settings, quality: Math.max(...quality) });
    }
  const best = tried.length > 0 ? bestOf(tried).settings : (candidates[0]?.[0] ?? '');
  const settings = grid.settings[best] as S;
  const { part, quality, epochs } = await fit(settings, grid.epochs);
  const chosen = `${best}, ${epochs} epochs of ${grid.epochs}`;
  return {
    choice: {
      part: name,
      tried: [
        ...tried.map(({ settings, quality }) => ({ settings: `${settings}, ${grid.tryEpochs} epochs`, quality })),
        { settings: chosen, quality: Math.max(...quality) },
      ],
      chosen,
    },
    curve: { name, quality },
    part,
    settings,
    epochs,
  };
};
