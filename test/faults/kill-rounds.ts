import { groups } from '@nextcart/contracts';
import type { FaultSystem } from './fault-system.ts';
import type { Load } from './load.ts';
import { logEnds, untilCommitted } from './until.ts';

/** Where a service is to die, and how often it has been there by then. */
const ingestCrashes = ['planned:12', 'dead_lettered:10', 'inserted:12', 'acknowledged:1'] as const;
const scorerCrashes = [
  'folded_and_unranked:30',
  'ranked_and_unsent:30',
  'sent_and_unanswered:30',
  'produced_and_uncommitted:5',
] as const;

/** Of either service. */
const POINTS = 4;

/** Reached when everything is in and nothing has come for a turn of the timer: never, where events keep coming. */
const isReachedInQuiet = (crash: string): boolean => crash.startsWith('acknowledged');

const CRASH_MS = 120_000;

export interface Kills {
  readonly killed: number;
  /** Longest time from a kill until all that the log held then was in the store, or answered. */
  readonly slowestMs: number;
}

/** Each point `count` times over, from the first on. */
const inTurn = (crashes: readonly string[], count: number): string[] =>
  Array.from({ length: count }, (_, round) => crashes[round % crashes.length] as string);

/**
 * Kills ingest and the scorer beside each other, in `rounds` of two deaths each: a kill whenever it happens, and after the
 * next start one at a named point, from the first on; by default at each of four once. Resolves with what each went
 * through; rejects where one does not recover, when the other has done its rounds: it must not be left armed.
 */
export const killUnderLoad = async (system: FaultSystem, load: Load, rounds: number = POINTS): Promise<Kills[]> => {
  const all = await Promise.allSettled([
    killInRounds(system, load, 'ingest', inTurn(ingestCrashes, rounds)),
    killInRounds(system, load, 'scorer', inTurn(scorerCrashes, rounds)),
  ]);
  return all.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
};

const killInRounds = async (
  { kafka, ingest, scorer }: FaultSystem,
  load: Load,
  name: 'ingest' | 'scorer',
  crashes: readonly string[],
): Promise<Kills> => {
  const [service, group, variable] =
    name === 'ingest' ? [ingest, groups.ingestEvents, 'INGEST_CRASH_AT'] : [scorer, groups.scorer, 'SCORER_CRASH_AT'];
  let killed = 0;
  let slowestMs = 0;
  const recovered = async (): Promise<void> => {
    killed += 1;
    const killedAt = performance.now();
    try {
      await untilCommitted(kafka, group, await logEnds(kafka));
    } catch (error) {
      const troubles = await service.troubles();
      throw new Error(`${name} did not recover after kill ${killed}: ${troubles?.join('; ') ?? 'no health'}`, {
        cause: error,
      });
    }
    slowestMs = Math.max(slowestMs, performance.now() - killedAt);
  };
  for (const crash of crashes) {
    await service.kill9();
    service.start({ [variable]: crash });
    // a named crash may come before; then both are over when the second is
    const first = recovered();
    first.catch(() => {}); // told below
    if (isReachedInQuiet(crash)) {
      await service.ready().catch(() => {}); // dead already: told by the next line
      await load.quietDuring(() => service.crashed(CRASH_MS));
    } else await service.crashed(CRASH_MS, load.isQuiet); // the other service's quiet keeps it from its point
    service.start();
    await Promise.all([first, recovered()]);
  }
  return { killed, slowestMs };
};
