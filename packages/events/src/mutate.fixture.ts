/** Bytes spoilt on purpose, the same for the same seed: what the fuzz tests of every kind of record share. */

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
export const seededRandom = (seed: number): (() => number) => {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** Bytes spoilt in one of the ways that networks, producers and attackers know. */
export const mutate = (bytes: Buffer, random: () => number): Buffer => {
  const below = (n: number) => Math.floor(random() * n);
  const at = below(bytes.length);
  const copy = Buffer.from(bytes);
  switch (below(6)) {
    case 0:
      copy[at] = (copy[at] ?? 0) ^ (1 << below(8));
      return copy;
    case 1:
      copy[at] = [0x00, 0xff, 0x80, 0x7f][below(4)] as number;
      return copy;
    case 2:
      return copy.subarray(0, at);
    case 3:
      return Buffer.concat([copy.subarray(0, at), copy.subarray(Math.min(copy.length, at + 1 + below(4)))]);
    case 4:
      return Buffer.concat([copy.subarray(0, at), Buffer.from([below(256), below(256)]), copy.subarray(at)]);
    default:
      return Buffer.concat([copy, Buffer.alloc(1 + below(4), below(256))]);
  }
};

/** One of the whole values, spoilt; one in five of them twice. */
export const spoil = (values: readonly Buffer[], random: () => number): Buffer => {
  const once = mutate(values[Math.floor(random() * values.length)] as Buffer, random);
  return random() < 0.2 && once.length > 0 ? mutate(once, random) : once;
};
