/** How much memory something will take, told before it is begun: out of it, a process is killed without a word. */
export interface MemoryNeed {
  readonly what: string;
  /** Bytes by what they are for. */
  readonly parts: Readonly<Record<string, number>>;
  /** What makes it less. */
  readonly cure: string;
}

export const neededBytes = ({ parts }: MemoryNeed): number =>
  Object.values(parts).reduce((sum, bytes) => sum + bytes, 0);

/** Throws a RangeError with the figures and the cure where more is needed than there is. */
export const checkMemory = (need: MemoryNeed, availableBytes: number): void => {
  const bytes = neededBytes(need);
  if (bytes <= availableBytes) return;
  const parts = Object.entries(need.parts)
    .sort(([, a], [, b]) => b - a)
    .map(([name, part]) => `${name} ${readable(part)}`);
  throw new RangeError(
    `${need.what} takes about ${readable(bytes)} (${parts.join(', ')}), ${readable(availableBytes)} are there: ${need.cure}`,
  );
};

const readable = (bytes: number): string =>
  bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.ceil(bytes / 1e6)} MB`;
