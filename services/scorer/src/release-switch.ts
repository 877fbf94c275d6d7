import type { ReleaseArtifact } from '@nextcart/contracts';
import type { ReleaseFollower } from '@nextcart/kafka';
import { type ReleaseModels, UNTRAINED } from '@nextcart/ranking';
import type { Clock, Logger } from '@nextcart/runtime';
import { type Engine, serveModels } from './engine.ts';
import { createReleaseLoader } from './release-loader.ts';
import type { ScoringLoop } from './scoring-loop.ts';
import { createSecondReleaseSwitch } from './second-release-switch.ts';
import type { Sender } from './sender.ts';
import type { Home } from './subject.ts';
import { createTellActivation } from './tell-activation.ts';

/**
 * Takes the release in force over, and what is interleaved with it, between two batches (law 6). Invariant: the broker has a
 * partition's activation before the first list that uses the release. A release that can't be loaded changes nothing: lists
 * go on with the one before, and health says why.
 */
export interface ReleaseSwitch {
  /** Looks whether another release is in force or interleaved, and takes it over. */
  look(): Promise<void>;
  /** A partition that was just assigned: says by which release it is scored. */
  assigned(home: Home): Promise<void>;
  /** What serves, or why not. */
  text(): string;
  /** Since what lists are made by was released; null where no release serves. */
  ageSeconds(): number | null;
  /** Whether lists are made by another release than the one in force, which can't be loaded. */
  isRefused(): boolean;
  close(): Promise<void>;
}

export const createReleaseSwitch = (deps: {
  readonly follower: Pick<ReleaseFollower, 'line' | 'records'>;
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
  const tell = createTellActivation(deps);
  const loader = createReleaseLoader({ load: deps.load, clock, log, what: 'is in force' });
  const secondLoader = createReleaseLoader({ load: deps.load, clock, log, what: 'is to be interleaved' });
  const secondSwitch = createSecondReleaseSwitch({ ...deps, loader: secondLoader, tell });

  /** Hash of what was put in force last; models that fail are taken out of it. */
  let used = '';

  const use = (models: ReleaseModels | null, releaseId: string): Promise<void> =>
    loop.between(async () => {
      const homes = [...deps.homes()].filter((home) => !home.closed);
      if (!(await tell(homes, releaseId))) return;
      await serveModels(engine, models);
      used = models?.hash ?? '';
      log.info({ release: releaseId, partitions: homes.length }, 'release_in_force');
      deps.onSwitched();
    });

  const name = (): string => engine.second?.name ?? engine.release;

  return {
    look: async () => {
      const wanted = deps.follower.line.inForce();
      if (wanted !== null && engine.models?.hash !== wanted.hash) {
        if (engine.models === null && used === wanted.hash) {
          loader.refuse(wanted);
          // it failed at work, and lists have been made without it since
          await use(null, UNTRAINED);
        }
        const models = await loader.load(wanted);
        if (models !== null) await use(models, wanted.releaseId);
      } else {
        loader.settled();
        if (wanted === null && engine.models !== null) await use(null, UNTRAINED);
      }
      await secondSwitch.look();
    },
    assigned: (home) =>
      loop.between(async () => {
        if (engine.models !== null) await tell([home], name());
      }),
    text: () =>
      loader.trouble() ||
      [`lists are made by ${name()}`, secondLoader.trouble()].filter((said) => said !== '').join('; '),
    ageSeconds: () => {
      const began = deps.follower.records.find(
        ({ releaseId, kind }) => releaseId === engine.release && (kind === 'released' || kind === 'promoted'),
      );
      return began === undefined ? null : (clock.now() - began.at) / 1000;
    },
    isRefused: () => loader.trouble() !== '',
    close: async () => {
      await loop.between(() => serveModels(engine, null));
    },
  };
};
