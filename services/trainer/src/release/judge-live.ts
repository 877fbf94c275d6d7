import type { LiveQuality } from '@nextcart/clickhouse';
import type { GateSettings } from './gate-settings.ts';

export const liveBands = ['hit_rate', 'scores'] as const;
/** What a release left, and by how much, in words. */
export interface LeftBand {
  readonly band: (typeof liveBands)[number];
  readonly words: string;
}

/**
 * Why a release must go that fares so, where the one before it fared like that; null where it may stay, or too little is
 * known. A hit rate is out of its band when it is surely below its share of the one before: by so many standard errors.
 */
export const judgeLive = (now: LiveQuality, before: LiveQuality, bands: GateSettings['watch']): LeftBand | null => {
  if (now.lists < bands.minLists || before.lists < bands.minLists) return null;
  const wanted = bands.hitShare * before.hitRate;
  const error = Math.hypot(now.error, bands.hitShare * before.error);
  if (now.hitRate < wanted - bands.errors * error)
    return {
      band: 'hit_rate',
      words: `its live hit rate is ${share(now.hitRate)} over ${now.lists} lists, surely below ${share(bands.hitShare)} of the ${share(before.hitRate)} before`,
    };
  const moved = Math.abs(now.steepness - before.steepness);
  const shift = moved === 0 ? 0 : moved / before.steepnessDeviation; // of lists that were all alike the deviation is 0
  if (!(shift <= bands.steepnessShift))
    return {
      band: 'scores',
      words: `its scores fall from ${now.steepness.toFixed(3)} of the first, ${before.steepness.toFixed(3)} before: ${shift.toFixed(1)} deviations apart, more than ${bands.steepnessShift}`,
    };
  return null;
};

const share = (value: number): string => `${(100 * value).toFixed(1)} %`;
