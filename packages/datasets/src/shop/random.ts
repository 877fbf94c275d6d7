/**
 * The shop's own randomness: every stream is named by numbers (seed, purpose, person, session), so that what one person
 * does depends on nobody else, and a profile can be computed again instead of being kept.
 */

/** Mixes a word into a hash (murmur3's rounds and finaliser). */
const mix = (hash: number, word: number): number => {
  let k = Math.imul(word, 0xcc9e2d51);
  k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
  const h = hash ^ k;
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
};
const finish = (hash: number): number => {
  let h = hash ^ (hash >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
};

/** 32 bits from up to four numbers; the order matters. */
export const hash32 = (a: number, b = 0, c = 0, d = 0): number => finish(mix(mix(mix(mix(0x9747b28c, a), b), c), d));

/** In [0, 1), from up to four numbers. */
export const unit = (a: number, b = 0, c = 0, d = 0): number => hash32(a, b, c, d) / 4_294_967_296;

export interface Random {
  /** In [0, 1). */
  next(): number;
  /** Integer in [0, n). */
  below(n: number): number;
  chance(p: number): boolean;
  /** Mean 1. */
  exponential(): number;
  /** Standard normal (Box and Muller). */
  normal(): number;
}

/** sfc32 (Chris Doty-Humphrey, PractRand), seeded by hashing the stream's name. */
export const createRandom = (seed: number, purpose: number, who = 0, which = 0): Random => {
  let a = hash32(seed, purpose, who, which);
  let b = hash32(a, who, seed, which);
  let c = hash32(b, which, purpose, who);
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
    chance: (p) => next() < p,
    exponential: () => -Math.log(1 - next()),
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  };
};

/** Purposes of streams: two streams never share a name. */
export const streams = {
  assortment: 1,
  person: 2,
  needs: 3,
  session: 4,
  market: 5,
  dirt: 6,
  robot: 7,
  eventId: 8,
  arrival: 9,
} as const;

const HEX = Array.from({ length: 65_536 }, (_, i) => i.toString(16).padStart(4, '0'));
const word = (bits: number): string => HEX[bits & 0xffff] as string;

/** The UUID (version 8: of our own making) of an event by its seed and number. */
export const eventUuid = (seed: number, counter: number): string => {
  const high = Math.floor(counter / 4_294_967_296);
  const a = hash32(seed, streams.eventId, counter | 0, high);
  // the counter itself is in it, scrambled by a bijection: two counters below 2³² never meet
  const b = finish(counter | 0);
  const c = hash32(a, b, high, seed);
  const d = hash32(c, a, b, high);
  return `${word(b >>> 16)}${word(b)}-${word(a >>> 16)}-${word((a & 0x0fff) | 0x8000)}-${word(((c >>> 16) & 0x3fff) | 0x8000)}-${word(c)}${word(d >>> 16)}${word(d)}`;
};
