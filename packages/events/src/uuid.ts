/** Length of the hyphenated text: the only form that is accepted, in either case. */
export const UUID_TEXT_BYTES = 36;

/** Value of a hex digit by its character code, 255 elsewhere. */
const digits = (() => {
  const table = new Uint8Array(256).fill(255);
  for (const [value, char] of Array.from('0123456789abcdef').entries()) {
    table[char.charCodeAt(0)] = value;
    table[char.toUpperCase().charCodeAt(0)] = value;
  }
  return table;
})();
const HYPHEN = 0x2d;

/** Offset of each pair of digits in the text. */
const pairs = Uint8Array.of(0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34);

/** Reads the text at `at` (36 bytes that must be there) into four words; false where it is no UUID. */
export const parseUuid = (bytes: Uint8Array, at: number, words: Int32Array): boolean => {
  if (bytes[at + 8] !== HYPHEN || bytes[at + 13] !== HYPHEN || bytes[at + 18] !== HYPHEN || bytes[at + 23] !== HYPHEN)
    return false;
  let bad = 0;
  for (let word = 0; word < 4; word += 1) {
    let value = 0;
    for (let i = word * 4; i < word * 4 + 4; i += 1) {
      const from = at + (pairs[i] as number);
      const high = digits[bytes[from] as number] as number;
      const low = digits[bytes[from + 1] as number] as number;
      bad |= high | low;
      value = (value << 8) | (high << 4) | low;
    }
    words[word] = value;
  }
  return bad < 16;
};
