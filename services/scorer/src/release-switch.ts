import { type ModelRelease, modelReleaseCodec, type ReleaseArtifact, wireEncode } from '@nextcart/contracts';
import type { OutgoingRecord, ReleaseFollower } from '@nextcart/kafka';
import { type ReleaseModels, UNTRAINED } from '@nextcart/ranking';
import type { Clock, Logger } from '@nextcart/runtime';
import type { Engine } from './engine.ts';
import type { ScoringLoop } from './scoring-loop.ts';
import type { Sender } from './sender.ts';
import { answeredBelow, type Home } from './subject.ts';

/**
 * Takes the release in force over, between two batches (law 6). Invariant: the broker has a partition's activation before
 * the first list that uses the release. A release that can't be loaded changes nothing: lists go on with the one before,
 * and health says why.
 */
export interface ReleaseSwitch {
  /** Looks whether another release is in force, and takes it over. */
  look(): Promise<void>;
  /** A partition that was just assigned: says by which release it is scored. */
  assigned(home: Home): Promise<void>;
  /** What serves, or why not. */
  text(): string;
  close(): Promise<void>;
}

/** How long a release that could not be loaded is left alone. */
const AGAIN_MS = 10_000;

export const createReleaseSwitch = (deps: {
  readonly follower: Pick<ReleaseFollower, 'line'>;
  readonly load: (release: ReleaseArtifact) => Promise<ReleaseModels>;
  readonly engine: Engine;
  readonly loop: Pick<ScoringLoop, 'between'>;
  readonly sender: Sender;
  readonly homes: () => Iterable<Home>;
  readonly topic: string;
  readonly schemaId: number;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onSwitched: () => void;
}): ReleaseSwitch => {
  const { engine, loop, clock, log } = deps;
  const codec = modelReleaseCodec();
  let trouble = '';
  let refused = '';
  let refusedAt = Number.NEGATIVE_INFINITY;

  const activation = (home: Home, releaseId: string): OutgoingRecord => {
    const record: ModelRelease = {
      ...{ releaseId, kind: 'activated', at: clock.now(), artifactUri: null, artifactHash: null },
      ...{ trainingRange: {}, metrics: {}, decision: null },
      ...{ partition: home.partition, fromOffset: answeredBelow(home) },
    };
    return { topic: deps.topic, key: Buffer.from(releaseId), value: wireEncode(deps.schemaId, codec.encode(record)) };
  };

  const use = (models: ReleaseModels | null, releaseId: string): Promise<void> =>
    loop.between(async () => {
      const homes = [...deps.homes()].filter((home) => !home.closed);
      if (!(await deps.sender.send(homes.map((home) => activation(home, releaseId))))) return;
      const before = engine.models;
      engine.useModels(models);
      await before?.close();
      log.info({ release: releaseId, partitions: homes.length }, 'release_in_force');
      deps.onSwitched();
    });

  return {
    look: async () => {
      const wanted = deps.follower.line.inForce();
      if (wanted === null) {
        trouble = '';
        if (engine.models !== null) await use(null, UNTRAINED);
        return;
      }
      if (engine.models?.hash === wanted.hash) {
        trouble = '';
        return;
      }
      if (refused === wanted.hash && clock.monotonic() - refusedAt < AGAIN_MS) return;
      const started = clock.monotonic();
      try {
        const models = await deps.load(wanted);
        log.info({ release: wanted.releaseId, ms: Math.round(clock.monotonic() - started) }, 'release_loaded');
        await use(models, wanted.releaseId);
        trouble = '';
      } catch (error) {
        if (refused !== wanted.hash) log.error({ err: error, release: wanted.releaseId }, 'release_not_loaded');
        [refused, refusedAt] = [wanted.hash, clock.monotonic()];
        trouble = `release ${wanted.releaseId} is in force and can't be loaded: ${(error as Error).message}`;
      }
    },
    assigned: (home) =>
      loop.between(async () => {
        if (engine.models !== null) await deps.sender.send([activation(home, engine.release)]);
      }),
    text: () => trouble || `lists are made by ${engine.release}`,
    close: async () => {
      await loop.between(async () => {
        const { models } = engine;
        engine.useModels(null);
        await models?.close();
      });
    },
  };
};
