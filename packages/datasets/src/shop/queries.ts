import type { Random } from './random.ts';
import { brands, leafSpecs } from './words.ts';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

/** One slip of the fingers inside a word: swapped, lost, doubled or wrong letter. Words under 4 letters stay. */
export const withTypo = (text: string, random: Random): string => {
  const words = text.split(' ');
  const long = words.map((_, i) => i).filter((i) => (words[i] as string).length >= 4);
  if (long.length === 0) return text;
  const at = long[random.below(long.length)] as number;
  const word = words[at] as string;
  const i = 1 + random.below(word.length - 2);
  const letter = word[i] as string;
  const slip = [
    () => word.slice(0, i) + (word[i + 1] as string) + letter + word.slice(i + 2),
    () => word.slice(0, i) + word.slice(i + 1),
    () => word.slice(0, i) + letter + word.slice(i),
    () => word.slice(0, i) + (LETTERS[random.below(LETTERS.length)] as string) + word.slice(i + 1),
  ][random.below(4)] as () => string;
  words[at] = slip();
  return words.join(' ');
};

/** What somebody types who wants an item: its noun, with the brand at times. `brand` is −1 where it is not named. */
export const queryFor = (
  wanted: { readonly leaf: number; readonly noun: number; readonly brand: number },
  typoRate: number,
  random: Random,
): { readonly text: string; readonly brand: number } => {
  const { nouns } = leafSpecs[wanted.leaf] as (typeof leafSpecs)[number];
  const noun = (nouns[wanted.noun] as string).toLowerCase();
  const brand = random.chance(0.25) ? wanted.brand : -1;
  const text = brand < 0 ? noun : `${(brands[brand] as string).toLowerCase()} ${noun}`;
  return { text: random.chance(typoRate) ? withTypo(text, random) : text, brand };
};
