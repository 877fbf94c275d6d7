import { type Interleaving, interleavedName } from '@nextcart/contracts';
import type { ReleaseFollower } from '@nextcart/kafka';
import type { ReleaseModels } from '@nextcart/ranking';
import type { Logger } from '@nextcart/runtime';
import { type Engine, serveSecond } from './engine.ts';
import type { ReleaseLoader } from './release-loader.ts';
import type { ScoringLoop } from './scoring-loop.ts';
import type { Home } from './subject.ts';
import type { TellActivation } from './tell-activation.ts';

/**
 * Takes the release that is interleaved with the one in force over, and ends it, between two batches and with an activation
 * before the first list, as the one in force is taken over. One that can't be loaded changes nothing: lists are by the
 * release in force alone.
 */
export const createSecondReleaseSwitch = (deps: {
  readonly follower: Pick<ReleaseFollower, 'line'>;
  readonly loader: ReleaseLoader;
  readonly engine: Engine;
  readonly loop: Pick<ScoringLoop, 'between'>;
  readonly tell: TellActivation;
  readonly homes: () => Iterable<Home>;
  readonly log: Logger;
}) => {
  const { loader, engine, loop, log } = deps;
  const told = (release: string) =>
    deps.tell(
      [...deps.homes()].filter((home) => !home.closed),
      release,
    );

  /** The two that were begun last; models that fail are ended at once. */
  let begun = '';
  const pairOf = ({ first, second }: Interleaving): string => `${first.hash} ${second.hash}`;

  const begin = (models: ReleaseModels, wanted: Interleaving): Promise<void> =>
    loop.between(async () => {
      const { first, share } = wanted;
      // the first's may have failed meanwhile
      const fits = engine.models?.hash === first.hash;
      if (fits && (await told(interleavedName(engine.release, models.release)))) {
        await serveSecond(engine, { models, share });
        begun = pairOf(wanted);
        log.info({ release: engine.second?.name, share }, 'releases_interleaved');
      } else await models.close();
    });

  const changeShare = ({ share }: Interleaving): Promise<void> =>
    loop.between(async () => {
      const { second } = engine;
      if (second === null || !(await told(second.name))) return;
      engine.useSecond({ models: second.models, share });
      log.info({ release: second.name, share }, 'releases_interleaved');
    });

  const end = async (): Promise<void> => {
    begun = '';
    const name = engine.second?.name;
    if (name === undefined) return;
    await loop.between(async () => {
      if (!(await told(engine.release))) return;
      await serveSecond(engine, null);
      log.info({ release: engine.release, before: name }, 'interleaving_ended');
    });
  };

  return {
    /** After the release in force was looked at. */
    look: async (): Promise<void> => {
      const said = deps.follower.line.interleaving();
      const wanted = said !== null && engine.models?.hash === said.first.hash ? said : null;
      const { second } = engine;
      if (wanted !== null && second?.models.hash !== wanted.second.hash) {
        if (second === null && begun === pairOf(wanted)) {
          loader.refuse(wanted.second);
          begun = '';
        }
        const models = await loader.load(wanted.second);
        await (models === null ? end() : begin(models, wanted));
        return;
      }
      loader.settled();
      if (wanted === null) await end();
      else if (second !== null && second.share !== wanted.share) await changeShare(wanted);
    },
  };
};
