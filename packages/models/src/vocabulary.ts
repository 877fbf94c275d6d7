import { editDistance, trigrams } from './text.ts';

/** Words that were seen, found again in spite of typing errors. A word that left the shop's texts may stay in here. */
export interface Vocabulary {
  add(word: string): void;
  /**
   * The known word that the given one most likely meant, with likeness in 0..1: itself (1), else the one of fewest edits
   * (at most 1 from 4 letters on, 2 from 8 on), of those the most used, of those the first by spelling; undefined where
   * there is none. Depends on the set of words alone, not on its order. `support`: texts with the word, 0 = not known.
   */
  meant(word: string, support: (word: string) => number): { word: string; likeness: number } | undefined;
}

/** Words looked at closely for each misspelt one, by shared 3-grams. */
const CLOSER_LOOK = 48;

export const createVocabulary = (): Vocabulary => {
  const all = new Set<string>();
  const byGram = new Map<string, string[]>();
  return {
    add: (word) => {
      if (all.has(word)) return;
      all.add(word);
      for (const gram of trigrams(word)) {
        const list = byGram.get(gram);
        if (list === undefined) byGram.set(gram, [word]);
        else list.push(word);
      }
    },
    meant: (word, support) => {
      if (support(word) > 0) return { word, likeness: 1 };
      const allowed = word.length >= 8 ? 2 : word.length >= 4 ? 1 : 0;
      if (allowed === 0) return undefined;
      const shared = new Map<string, number>();
      for (const gram of trigrams(word))
        for (const other of byGram.get(gram) ?? []) shared.set(other, (shared.get(other) ?? 0) + 1);
      const [best] = [...shared]
        .filter(([other]) => Math.abs(other.length - word.length) <= allowed && support(other) > 0)
        .map(([other, grams]) => ({ other, dice: (2 * grams) / (word.length + other.length) }))
        .sort((a, b) => b.dice - a.dice || (a.other < b.other ? -1 : 1))
        .slice(0, CLOSER_LOOK)
        .map(({ other }) => ({ other, distance: editDistance(word, other), uses: support(other) }))
        .filter(({ distance }) => distance <= allowed)
        .sort((a, b) => a.distance - b.distance || b.uses - a.uses || (a.other < b.other ? -1 : 1));
      return best && { word: best.other, likeness: 1 - best.distance / word.length };
    },
  };
};
