/** Index of the first byte of [start, end) that is not ASCII, or end. */
export const asciiEnd = (bytes: Uint8Array, start: number, end: number): number => {
  let at = start;
  while (at < end && (bytes[at] as number) < 0x80) at += 1;
  return at;
};

/** Whether byte `at` continues a sequence. Beyond the end there is none. */
const continues = (bytes: Uint8Array, at: number, end: number): boolean =>
  at < end && ((bytes[at] as number) & 0xc0) === 0x80;

/**
 * Whether [start, end) is UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF.
 * By hand, because node:buffer's isUtf8 wants a view object of its own for every string.
 */
export const isUtf8Range = (bytes: Uint8Array, start: number, end: number): boolean => {
  let at = start;
  while (at < end) {
    const lead = bytes[at] as number;
    if (lead < 0x80) {
      at += 1;
      continue;
    }
    if (!continues(bytes, at + 1, end)) return false;
    const second = bytes[at + 1] as number;
    if (lead >= 0xc2 && lead <= 0xdf) {
      at += 2;
    } else if (lead >= 0xe0 && lead <= 0xef) {
      if (!continues(bytes, at + 2, end)) return false;
      if ((lead === 0xe0 && second < 0xa0) || (lead === 0xed && second > 0x9f)) return false;
      at += 3;
    } else if (lead >= 0xf0 && lead <= 0xf4) {
      if (!continues(bytes, at + 2, end) || !continues(bytes, at + 3, end)) return false;
      if ((lead === 0xf0 && second < 0x90) || (lead === 0xf4 && second > 0x8f)) return false;
      at += 4;
    } else return false;
  }
  return true;
};
