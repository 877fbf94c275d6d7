/** A moment as the ranker sees it: features of its own and one column for each of the parts that it reads. */
import { standardise } from '@nextcart/models';
import type { SharedRow } from '../product-part.ts';
import type { Known, Look } from '../shop-log.ts';
import { itemFeatures, momentFeatures, rankerFeatures } from './features.ts';

/** Parts that are read. */
export const PARTS = 3;
export const WIDTH = itemFeatures.length + PARTS;
/** Of logits; nothing is less likely. */
const LEAST = -20;

export interface Moments {
  /** Features [items, WIDTH] and [momentFeatures] of each look in turn, good until the next. */
  visit(looks: readonly Look[], see: (look: Look, features: Float32Array, moment: Float32Array) => void): Promise<void>;
}

/** `rows`: the parts that were fitted last are read, those of the moment at which this is called. */
export const createMoments = (known: Known, rows: readonly SharedRow[]): Moments => {
  if (rows.length !== PARTS) throw new RangeError(`${rows.length} parts, not ${PARTS}`);
  const parts = rows.map((row) => ({ part: row.part(), isLogits: row.recipe.scores === 'logits' }));
  const count = known.items.length;
  const own = rankerFeatures(known);
  const features = new Float32Array(count * WIDTH);
  const moment = new Float32Array(momentFeatures.length);
  const column = new Float32Array(count);
  return {
    visit: async (looks, see) => {
      const scores: Float32Array[] = [];
      for (const { part } of parts) scores.push(await part.score(looks));
      looks.forEach((look, place) => {
        own.fill(look, features, WIDTH, 0, moment);
        parts.forEach(({ isLogits }, at) => {
          const given = (scores[at] as Float32Array).subarray(place * count, (place + 1) * count);
          if (isLogits) toLogs(given, look.soldOut, column);
          else standardise(given, look.soldOut, column);
          for (let item = 0; item < count; item += 1)
            features[item * WIDTH + itemFeatures.length + at] = column[item] as number;
        });
        see(look, features, moment);
      });
    },
  };
};

/** ln of probabilities among what is not sold out. */
const toLogs = (logits: Float32Array, soldOut: Int32Array, into: Float32Array): void => {
  into.set(logits);
  for (const item of soldOut) into[item] = -Infinity;
  const most = into.reduce((best, value) => Math.max(best, value), -Infinity);
  const level = most + Math.log(into.reduce((sum, value) => sum + Math.exp(value - most), 0));
  for (let item = 0; item < into.length; item += 1) into[item] = Math.max(LEAST, (into[item] as number) - level);
};
