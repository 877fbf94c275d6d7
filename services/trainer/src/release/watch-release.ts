/**
 * Looks every minute how the release in force fares, and takes it back where it leaves its bands. Invariants: what a person
 * promoted stays until a person says otherwise; nothing is decided on few lists; without servers nothing is decided.
 */
import { insertModelActivations, readLiveQuality, type Store } from '@nextcart/clickhouse';
import { createReleaseLine, decidesForce, type ModelRelease } from '@nextcart/contracts';
import type { Clock, Logger } from '@nextcart/runtime';
import type { GateSettings } from './gate-settings.ts';
import { judgeLive, type LeftBand } from './judge-live.ts';
import { type ReleaseLog, releaseRecord } from './release-log.ts';

export interface WatchDeps {
  readonly store: Store;
  readonly releases: ReleaseLog;
  /** Of the events' topic. */
  readonly topicId: () => Promise<string>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly bands: GateSettings['watch'];
  readonly onTakenBack: (band: LeftBand['band']) => void;
}

export interface ReleaseWatch {
  /** One look; the reason where it took the release in force back. Throws what servers throw. */
  look(): Promise<string | null>;
  /** Looks until the signal; what goes wrong is told in the log, and looked at again. */
  run(signal: AbortSignal): Promise<void>;
}

const EVERY_MS = 60_000;
/** Scorers' name for ranking without models. */
const UNTRAINED = 'untrained';

export const createReleaseWatch = (deps: WatchDeps): ReleaseWatch => {
  const { store, releases, clock, log, bands } = deps;
  let landed = 0;

  /** What scorers told since the last look, for dashboards. */
  const land = async (records: readonly ModelRelease[]) => {
    const told = records.slice(landed).filter(({ kind }) => kind === 'activated');
    if (told.length > 0)
      await insertModelActivations(
        store,
        told.map(({ releaseId, partition, fromOffset, at }) => ({
          ...{ release: releaseId, partition: partition ?? 0, fromOffset: fromOffset ?? 0, at, scorer: '' },
        })),
      );
    landed = records.length;
  };

  const look = async (): Promise<string | null> => {
    const { records, line } = await releases.read();
    await land(records);
    const serving = line.inForce()?.releaseId;
    if (serving === undefined) return null;
    const began = records.findLast(({ releaseId, kind }) => releaseId === serving && decidesForce(kind));
    if (began?.kind !== 'released') return null;
    const since = switched(records, serving, began.at);
    const before = line.line().at(-2)?.releaseId ?? UNTRAINED;
    const topicId = await deps.topicId();
    const to = Math.min(since, aloneUntil(records.slice(0, records.indexOf(began))));
    const window = { from: to - bands.windowMinutes * 60_000, to };
    const [old, live] = [
      await readLiveQuality(store, { release: before, topicId, ...window }),
      await readLiveQuality(store, { release: serving, topicId, from: since, to: clock.now() }),
    ];
    const left = judgeLive(live, old, bands);
    if (left === null) return null;
    const decision = `taken back by itself: ${left.words}`;
    log.error({ release: serving, before, live, old, reason: left.words }, 'release_taken_back');
    await releases.publish(releaseRecord({ releaseId: serving, kind: 'rolled_back', at: clock.now(), decision }));
    deps.onTakenBack(left.band);
    return decision;
  };

  return {
    look,
    run: async (signal) => {
      while (!signal.aborted) {
        await look().catch((error: unknown) => log.warn({ err: error }, 'release_not_watched'));
        await clock.sleep(EVERY_MS, signal).catch(() => undefined);
      }
    },
  };
};

/** Until when lists were made by the release that was in force alone: those drafted out of two are of neither. */
const aloneUntil = (records: readonly ModelRelease[]): number => {
  const line = createReleaseLine();
  let until = Infinity;
  for (const record of records) {
    const before = line.interleaving();
    line.apply(record);
    if (line.interleaving() === null) until = Infinity;
    else if (before === null) until = record.at;
  }
  return until;
};

/** When the first scorer took a release over. */
const switched = (records: readonly ModelRelease[], release: string, released: number): number => {
  const told = records.filter(
    ({ releaseId, kind, at }) => releaseId === release && kind === 'activated' && at >= released,
  );
  return told.reduce((first, { at }) => Math.min(first, at), told.length > 0 ? Infinity : released);
};
