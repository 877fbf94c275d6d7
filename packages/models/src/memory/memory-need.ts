/** How much memory something will take, told before it is begun: out of it, a process is killed without a word. */
import { totalmem } from 'node:os';

export interface MemoryNeed {
  readonly what: string;
  /** Bytes by what they are for. */
  readonly parts: Readonly<Record<string, number>>;
  /** What makes it less. */
  readonly cure: string;
}

/** Of whatever makes arrays by the size of a vocabulary. */
export interface MemoryOptions {
  /** What it may take, data apart; absent: all that the machine has, or the container. More is refused before it is begun. */
  readonly memoryBytes?: number | undefined;
}

const FLOAT_BYTES = 4;

/** Counts of float32 numbers as bytes. */
export const floatBytes = (numbers: Readonly<Record<string, number>>): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(numbers).map(([name, count]) => [name, count * FLOAT_BYTES]));

export const neededBytes = ({ parts }: MemoryNeed): number =>
  Object.values(parts).reduce((sum, bytes) => sum + bytes, 0);

/** Not what is free: a page cache that gives way counts as taken in a container. */
export const machineBytes = (): number => {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
};

/** Throws a RangeError with the figures and the cure where more is needed than there is. */
export const checkMemory = (need: MemoryNeed, availableBytes: number = machineBytes()): void => {
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
