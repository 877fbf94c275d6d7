/**
 * Validation users of a fusion in little memory: of each, the items that can come to the top, with every part's z. What
 * no part has among its best `depth` is taken to stay below the first k of any blend.
 */
import { createBest } from '../best.ts';
import { rankAgainst } from '../evaluation/rank-against.ts';
import { ndcgAt } from '../metrics.ts';
import { fuse } from './fuse.ts';

export interface ValidationPool {
  /** A subject: standardised scores [items] of each part or undefined, items not ranked, items to be found (≥ 1). */
  add(parts: readonly (Float32Array | undefined)[], excluded: ReadonlySet<number>, targets: ReadonlySet<number>): void;
  /** Mean NDCG@k of the subjects with these weights; ties count against. */
  quality(weights: readonly number[]): number;
}

interface Subject {
  /** [candidates] each. */
  readonly parts: readonly (Float32Array | undefined)[];
  readonly targets: ReadonlySet<number>;
  readonly size: number;
}

const NOBODY: ReadonlySet<number> = new Set();

export const createValidationPool = ({ k, depth }: { readonly k: number; readonly depth: number }): ValidationPool => {
  const subjects: Subject[] = [];
  const best = createBest(depth, String);
  return {
    add: (parts, excluded, targets) => {
      const candidates = new Set<number>(targets);
      for (const part of parts) {
        if (part === undefined) continue;
        for (let item = 0; item < part.length; item += 1)
          if (!excluded.has(item)) best.offer(item, part[item] as number);
        for (const item of best.take()) candidates.add(item);
      }
      const items = Int32Array.from(candidates).sort();
      subjects.push({
        parts: parts.map((part) => part && Float32Array.from(items, (item) => part[item] as number)),
        targets: new Set([...items.keys()].filter((at) => targets.has(items[at] as number))),
        size: items.length,
      });
    },
    quality: (weights) => {
      let sum = 0;
      for (const { parts, targets, size } of subjects) {
        const scores = new Float32Array(size);
        fuse(parts, weights, scores);
        sum += ndcgAt(rankAgainst(scores, NOBODY, targets, k), targets, k);
      }
      return sum / subjects.length;
    },
  };
};
