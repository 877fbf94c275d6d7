import { type HoldOut, holdOut, isInterleaved } from '@nextcart/contracts';
import { createModelMemory, type Opinions, type RankRequest, type ReleaseModels } from '@nextcart/ranking';
import type { Logger } from '@nextcart/runtime';
import { type Engine, serveModels, serveSecond } from './engine.ts';
import type { ScorerMetrics } from './scorer-metrics.ts';
import type { Work } from './subject.ts';

export interface Asked {
  readonly work: Work;
  readonly request: RankRequest;
}

/** What models say of some subjects, by who was asked; nothing of the others. */
export type Said<T extends Asked> = ReadonlyMap<T, Opinions>;

/**
 * Asks the models in force, and those that are interleaved with them. Models that fail are closed: lists go on without
 * them, and say so.
 */
export const createModelAsker = (deps: {
  readonly engine: Engine;
  readonly log: Logger;
  readonly metrics: ScorerMetrics;
  readonly holdOut: HoldOut;
}) => {
  const { engine, log, metrics } = deps;

  const opine = async <T extends Asked>(
    models: ReleaseModels,
    memory: 'memory' | 'secondMemory',
    asked: readonly T[],
    drop: () => Promise<void>,
  ): Promise<Said<T>> => {
    try {
      const opinions = await models.opine(
        asked.map(({ request, work: { subject } }) => ({
          history: request.history,
          memory: (subject[memory] ??= createModelMemory()),
        })),
      );
      return new Map(asked.map((of, at) => [of, opinions[at] as Opinions]));
    } catch (error) {
      log.error({ err: error, release: models.release }, 'models_failed');
      metrics.failed.inc({ step: 'models' });
      await drop();
      return new Map();
    }
  };

  return {
    /** Of the release in force, on all but those who are held out; where there is no time, their lists are owed to them. */
    ask: async <T extends Asked>(some: readonly T[], isTime: boolean): Promise<Said<T>> => {
      const { models } = engine;
      if (models === null) return new Map();
      const asked = some.filter(({ work: { subject } }) => holdOut(subject.key, deps.holdOut) === 'models');
      for (const { work } of asked) {
        const { home, key } = work.subject;
        if (isTime) home.owed.delete(key);
        else home.owed.add(key);
      }
      if (!isTime) {
        metrics.hurried.inc(asked.length);
        return new Map();
      }
      return opine(models, 'memory', asked, () => serveModels(engine, null));
    },
    /** Of the second release, on those of its share on whom the first has said its word. */
    askSecond: async <T extends Asked>(said: Said<T>): Promise<Said<T>> => {
      const { second } = engine;
      if (second === null) return new Map();
      const asked = [...said.keys()].filter(({ work: { subject } }) => isInterleaved(subject.key, second));
      return opine(second.models, 'secondMemory', asked, () => serveSecond(engine, null));
    },
  };
};
