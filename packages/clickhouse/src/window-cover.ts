const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** Below this length hours save nothing over minutes. */
const HOURS_FROM_MS = 3 * HOUR_MS;

/** Half-open stretch of event time in epoch ms. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

export interface WindowCover {
  readonly raw: readonly Stretch[];
  readonly minutes: readonly Stretch[];
  readonly hours: readonly Stretch[];
}

const inner = (stretch: Stretch, size: number): Stretch => ({
  from: Math.ceil(stretch.from / size) * size,
  to: Math.floor(stretch.to / size) * size,
});

/** What is left of `whole` on both sides of `middle`. */
const around = (whole: Stretch, middle: Stretch): Stretch[] =>
  [
    { from: whole.from, to: middle.from },
    { from: middle.to, to: whole.to },
  ].filter((s) => s.from < s.to);

/**
 * Cuts a window into whole hours, whole minutes and raw edges: each millisecond of it exactly once.
 * A window ends at the watermark and not at a bucket's edge, so its edges come from the rows themselves.
 */
export const coverWindow = (window: Stretch): WindowCover => {
  const minutes = inner(window, MINUTE_MS);
  if (minutes.from >= minutes.to) return { raw: [window], minutes: [], hours: [] };
  const raw = around(window, minutes);
  const hours = inner(minutes, HOUR_MS);
  if (window.to - window.from < HOURS_FROM_MS || hours.from >= hours.to) return { raw, minutes: [minutes], hours: [] };
  return { raw, minutes: around(minutes, hours), hours: [hours] };
};
