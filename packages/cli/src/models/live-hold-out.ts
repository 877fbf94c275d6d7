import { readArms, type Store } from '@nextcart/clickhouse';
import type { HoldOut } from '@nextcart/contracts';
import type { Clock } from '@nextcart/runtime';
import { renderArms } from '../render-attribution.ts';
import { percent } from './interleave-releases.ts';
import type { ModelLine } from './list-models.ts';

/**
 * What subjects with models and those that are held out bought since a release was decided, for the one in force: beside
 * what was measured offline, which has the bias of what was shown. By the wall clock, as the decision's time.
 */
export const liveHoldOut = async (
  { store, clock, holdOut }: { readonly store: Store; readonly clock: Clock; readonly holdOut: HoldOut },
  { inForce, at }: Pick<ModelLine, 'inForce' | 'at'>,
): Promise<string[]> => {
  if (!inForce || holdOut.share === 0) return [];
  const arms = await readArms(store, { since: at, until: clock.now() }, holdOut);
  return ['', `live since it was decided, ${percent(holdOut.share)} of the subjects held out:`, ...renderArms(arms)];
};
