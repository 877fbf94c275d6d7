/** How long items have been there, by the first look at them, and how much they are looked at since. */
import { livePopularity } from '../baselines.ts';
import { type Known, VIEW } from '../shop-log.ts';

const DAY_MS = 86_400_000;
const USUAL_DAYS = 28;
/** What was looked at so soon after the log's beginning was there before. */
const SETTLED_MS = 2 * DAY_MS;
/** The novelty of an item fades so. */
const FADE_DAYS = 5;
/** A pace is damped by a look in so many days. */
const DOUBT_DAYS = 0.5;

export interface Novelty {
  /** [items]: 1 for what nobody has looked at yet, e^(−age / 5 days) after the first look, 0 for what was there before. */
  readonly fresh: Float64Array;
  /** [items]: ln of the looks a day since the first, of 28 days at most. */
  readonly paces: Float64Array;
}

/** As it is at a time. */
export const noveltyOf = ({ items, deeds }: Known): ((at: number) => Novelty) => {
  const since = new Float64Array(items.length).fill(Infinity);
  deeds.types.forEach((type, deed) => {
    const item = deeds.items[deed] as number;
    if (type === VIEW) since[item] = Math.min(since[item] as number, deeds.times[deed] as number);
  });
  const begin = deeds.times[0] ?? 0;
  const looksUntil = livePopularity(deeds, items.length, USUAL_DAYS);
  return (at) => {
    const looks = looksUntil(at);
    const ages = since.map((first) => Math.max(0, at - first) / DAY_MS);
    return {
      fresh: ages.map((age, item) => ((since[item] as number) < begin + SETTLED_MS ? 0 : Math.exp(-age / FADE_DAYS))),
      paces: ages.map((age, item) =>
        Math.log(((looks[item] as number) + 1) / (Math.min(age, USUAL_DAYS) + DOUBT_DAYS)),
      ),
    };
  };
};
