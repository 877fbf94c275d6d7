/**
 * Which of two interleaved releases people choose. A list that was drafted out of two says so: its release is 'A+B', and
 * under contracts' `TEAMS_KEY` its snapshots hold who drafted each place (ranking's teamText: a, b, or = for nobody). A subject
 * who clicked more items of one team on a list is a win for it; as many on both, or none, is no outcome.
 */
import { TEAMS_KEY } from '@nextcart/contracts';
import { type AttributionRange, attributionView } from './attribution.ts';
import type { Store } from './store.ts';

export interface InterleavingTally {
  /** Of team a, of team b. */
  readonly releases: readonly [string, string];
  /** A subject and a list, with at least one click. */
  readonly wins: number;
  readonly losses: number;
  readonly ties: number;
}

/** From the side of the first release; give wins and losses to models' winRate. Sorted by releases. */
export const readInterleaving = async (store: Store, range: AttributionRange): Promise<InterleavingTally[]> =>
  store.query<InterleavingTally>(
    `SELECT splitByChar('+', release) AS releases, countIf(ahead > 0) AS wins, countIf(ahead < 0) AS losses, countIf(ahead = 0) AS ties
     FROM (
       SELECT f.release AS release, f.recomm_id, f.subject,
         countIf(substring(l.teams, f.position, 1) = 'a')::Int64 - countIf(substring(l.teams, f.position, 1) = 'b')::Int64 AS ahead
       FROM ${attributionView(range)} AS f
       INNER JOIN (
         SELECT recomm_id, snapshots['${TEAMS_KEY}'] AS teams FROM lists
         WHERE outcome = 'accepted' AND NOT deleted AND position(release, '+') > 0 AND teams != ''
         LIMIT 1 BY recomm_id
       ) AS l ON l.recomm_id = f.recomm_id
       WHERE f.status = 'counted' AND f.kind = 'click'
       GROUP BY release, f.recomm_id, f.subject
     )
     GROUP BY releases
     HAVING length(releases) = 2
     ORDER BY releases`,
  );
