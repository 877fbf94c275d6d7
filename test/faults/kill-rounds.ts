import { groups } from '@nextcart/contracts';
import type { FaultSystem } from './fault-system.ts';
import { logEnds, untilCommitted } from './until.ts';

/** Where a service is to die, and how often it has been there by then. */
export const ingestCrashes = ['planned:12', 'dead_lettered:10', 'inserted:12', 'acknowledged:1'] as const;
export const scorerCrashes = [
  'folded_and_unranked:30',
  'ranked_and_unsent:30',
  'sent_and_unanswered:30',
  'produced_and_uncommitted:5',
] as const;

const CRASH_MS = 120_000;

export interface Kills {
  readonly killed: number;
  /** Longest time from a kill until all that the log held then was in the store, or answered. */
  readonly slowestMs: number;
}

/**
 * For each crash, two deaths: a kill whenever it happens, and after the next start one at the named point. Under load,
 * else the point is not reached.
 */
export const killInRounds = async (
  { kafka, ingest, scorer }: FaultSystem,
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
    await service.crashed(CRASH_MS);
    service.start();
    await Promise.all([first, recovered()]);
  }
  return { killed, slowestMs };
};
