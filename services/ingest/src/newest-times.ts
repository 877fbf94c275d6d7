/** As many sources as the cleaner keeps and a plan's metadata has room for. */
export const MAX_PLAN_SOURCES = 16;

/** Watermarks after more times by source: the newest of each; of too many sources, those furthest ahead. */
export const newestTimes = (
  watermarks: Readonly<Record<string, number>>,
  times: Iterable<readonly [source: string, time: number]>,
): Record<string, number> => {
  const merged = new Map(Object.entries(watermarks));
  for (const [source, time] of times) {
    const known = merged.get(source);
    if (known === undefined || known < time) merged.set(source, time);
  }
  const ahead = [...merged].sort(([a, x], [b, y]) => y - x || (a < b ? 1 : -1));
  return Object.fromEntries(ahead.slice(0, MAX_PLAN_SOURCES));
};
