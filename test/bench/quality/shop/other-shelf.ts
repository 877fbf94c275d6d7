/** Items of the shop of another make: volumes of series, each with its moods, style and house. */
import { createRandom } from '../random.ts';
import type { ShopItem } from './shop-log.ts';

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
export const START = Date.UTC(2026, 5, 1);
export const MOODS = 10;
export const STYLES = 4;
export const PUBLISHERS = 15;
const WORDS_A_MOOD = 25;
const FORMATS = ['Novel', 'Comic', 'Film', 'Audio play', 'Game'] as const;
const FORMAT_PRICES = [12, 9, 15, 18, 40] as const;
const VOLUMES = 5;
/** Share of the items that come out during the run. */
const FRESH_SHARE = 0.15;

export interface Volume {
  readonly item: ShopItem;
  /** Of the title, that can be searched for. */
  readonly words: readonly string[];
  readonly publisher: number;
  readonly mood: number;
  /** A second mood that it serves by a third. */
  readonly side: number;
  readonly style: Float64Array;
  readonly popularity: number;
  /** The next of its series, or −1. */
  readonly next: number;
  readonly outAt: number;
}

export const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

const syllables = ['ba', 'ce', 'di', 'fo', 'gu', 'ka', 'le', 'mi', 'no', 'pu', 'ra', 'se', 'ti', 'vo', 'zu'];

export const shelfOf = ({
  seed,
  items,
  days,
}: {
  readonly seed: number;
  readonly items: number;
  readonly days: number;
}) => {
  const random = createRandom(seed * 104_729 + 11);
  const below = (n: number) => Math.floor(random() * n);
  const word = () => Array.from({ length: 3 }, () => syllables[below(syllables.length)]).join('');
  const words = Array.from({ length: MOODS }, () => Array.from({ length: WORDS_A_MOOD }, word));
  let series = { mood: 0, side: 0, format: 0, publisher: 0, title: '', popularity: 1 };
  return Array.from({ length: items }, (_, number): Volume => {
    const volume = number % VOLUMES;
    if (volume === 0) {
      const mood = below(MOODS);
      const pick = () => words[mood]?.[below(WORDS_A_MOOD)] as string;
      series = {
        mood,
        side: below(MOODS),
        format: below(FORMATS.length),
        publisher: below(PUBLISHERS),
        title: `${pick()} ${pick()}`,
        popularity: Math.exp(0.9 * normal(random)),
      };
    }
    const { mood, side, format, publisher, title, popularity } = series;
    const isFresh = random() < FRESH_SHARE;
    return {
      item: {
        title: `${title} ${volume + 1}`,
        category: [FORMATS[format] as string],
        brand: `House ${publisher}`,
        price: Math.round(100 * (FORMAT_PRICES[format] as number) * Math.exp(0.25 * normal(random))) / 100,
      },
      words: title.split(' '),
      publisher,
      mood,
      side,
      style: Float64Array.from({ length: STYLES }, () => normal(random) / 2),
      popularity: popularity * Math.exp(0.5 * normal(random)) * 0.9 ** volume,
      next: volume + 1 < VOLUMES && number + 1 < items ? number + 1 : -1,
      outAt: isFresh ? START + Math.floor(random() * days * DAY_MS) : START,
    };
  });
};
