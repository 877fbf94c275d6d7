/**
 * Randomness named by numbers (seed, purpose, epoch, step) instead of a state that must be kept: a training that is
 * resumed at a step draws what it would have drawn.
 */

/** Mixes words into 32 bits (murmur3, 32-bit). */
const hash32 = (...words: readonly number[]): number => {
  let h = 0x9747b28c;
  for (const word of words) {
    let k = Math.imul(word, 0xcc9e2d51);
    k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
    h ^= k;
    h = (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
  }
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
};

export interface Random {
  /** In [0, 1). */
  next(): number;
  /** Integer in [0, n). */
  below(n: number): number;
  /** Standard normal numbers. */
  fillNormal(into: Float32Array): void;
}

/** sfc32 (Chris Doty-Humphrey, PractRand). The same four integers give the same numbers, on any machine. */
export const createRandom = (seed: number, purpose: number, epoch = 0, step = 0): Random => {
  let a = hash32(seed, purpose, epoch, step);
  let b = hash32(a, step, seed, epoch);
  let c = hash32(b, epoch, purpose, step);
  let counter = 1;
  const next = (): number => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + t) | 0;
    return (t >>> 0) / 4_294_967_296;
  };
  for (let i = 0; i < 8; i += 1) next();
  return {
    next,
    below: (n) => Math.floor(next() * n),
    fillNormal: (into) => {
      // Marsaglia's polar method: two numbers at once, no sine
      for (let at = 0; at < into.length; ) {
        const x = 2 * next() - 1;
        const y = 2 * next() - 1;
        const square = x * x + y * y;
        if (square >= 1 || square === 0) continue;
        const scale = Math.sqrt((-2 * Math.log(square)) / square);
        into[at] = x * scale;
        if (at + 1 < into.length) into[at + 1] = y * scale;
        at += 2;
      }
    },
  };
};

/** 0 … size − 1 in random order (Fisher and Yates). */
export const permutation = (size: number, random: Random): Int32Array => {
  const order = Int32Array.from({ length: size }, (_, at) => at);
  for (let at = size - 1; at > 0; at -= 1) {
    const other = random.below(at + 1);
    const swapped = order[at] as number;
    order[at] = order[other] as number;
    order[other] = swapped;
  }
  return order;
};
