/** Lower-case words without accents, in order: letters and digits of any script. */
export const words = (text: string): string[] =>
  text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word.length > 0);

/** Character 3-grams of a word between its edges: 'cup' → '^cu', 'cup', 'up$'. Each once. */
export const trigrams = (word: string): string[] => {
  const edged = `^${word}$`;
  const grams = new Set<string>();
  for (let at = 0; at + 3 <= edged.length; at += 1) grams.add(edged.slice(at, at + 3));
  return [...grams];
};

/** FNV-1a over UTF-16 code units, then a finaliser (murmur3's): an unsigned 32-bit number, the same everywhere. */
export const hashToken = (token: string): number => {
  let hash = 0x811c9dc5;
  for (let i = 0; i < token.length; i += 1) hash = Math.imul(hash ^ token.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
};

/** Buckets (0..buckets−1) of a text's words and of their 3-grams, repeats kept: input of hashed embeddings. */
export const hashText = (text: string, buckets: number): Int32Array => {
  const found: number[] = [];
  for (const word of words(text)) {
    found.push(hashToken(`w:${word}`) % buckets);
    for (const gram of trigrams(word)) found.push(hashToken(`g:${gram}`) % buckets);
  }
  return Int32Array.from(found);
};

/** Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours, each once. */
export const editDistance = (a: string, b: string): number => {
  let older = new Int32Array(b.length + 1);
  let old = Int32Array.from({ length: b.length + 1 }, (_, j) => j);
  let row = new Int32Array(b.length + 1);
  for (let i = 1; i <= a.length; i += 1) {
    row[0] = i;
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min((old[j] as number) + 1, (row[j - 1] as number) + 1, (old[j - 1] as number) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, (older[j - 2] as number) + 1);
      row[j] = best;
    }
    [older, old, row] = [old, row, older];
  }
  return old[b.length] as number;
};
