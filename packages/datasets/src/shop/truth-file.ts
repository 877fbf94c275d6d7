import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Shop } from './shop.ts';

/** Items of a 'next' line. */
const TOP = 20;
/** Characters gathered before a write. */
const CHUNK = 65_536;

/** The truth as JSON lines: shop, items and people at once; dirt and probabilities as the stream goes on. */
export interface TruthFile {
  /** Appends the dirt of the records read since, and with a subject its likeliest next items now. */
  append(subject?: string): void;
  close(): void;
}

/** Creates the file anew. Throws where its folder can't be written. */
export const createTruthFile = (shop: Shop, path: string): TruthFile => {
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(path, 'w');
  let text = '';
  for (const line of shop.truth.lines()) {
    text += `${line}\n`;
    if (text.length < CHUNK) continue;
    writeSync(file, text);
    text = '';
  }
  writeSync(file, text);
  const itemIds = shop.truth.itemIds();
  return {
    append: (subject) => {
      const lines = shop.truth
        .takeDirt()
        .map(({ kind, ...rest }) => JSON.stringify({ kind: 'dirt', why: kind, ...rest }));
      const at = shop.position().clock;
      const probabilities = subject === undefined ? undefined : shop.truth.nextItemProbabilities(subject, at);
      if (probabilities !== undefined) {
        const top = Array.from(probabilities, (p, item) => [item, p] as const)
          .toSorted((a, b) => b[1] - a[1] || a[0] - b[0])
          .slice(0, TOP)
          .map(([item, p]) => [itemIds[item], Number(p.toPrecision(6))]);
        lines.push(JSON.stringify({ kind: 'next', subject, at, afterRecord: shop.position().records - 1, top }));
      }
      if (lines.length > 0) writeSync(file, `${lines.join('\n')}\n`);
    },
    close: () => closeSync(file),
  };
};
