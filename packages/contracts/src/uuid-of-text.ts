import { createHash } from 'node:crypto';

/** A UUID of text, the same for the same text (RFC 9562 version 8: SHA-256). */
export const uuidOfText = (text: string): string => {
  const hash = createHash('sha256').update(text).digest();
  hash[6] = ((hash[6] as number) & 0x0f) | 0x80;
  hash[8] = ((hash[8] as number) & 0x3f) | 0x80;
  const hex = hash.toString('hex', 0, 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
};
