/**
 * A moment as the ranker sees it: features of its own, one column for each of the parts that it reads, and for each that
 * has chances a second one, the chance among kindred items: what suits somebody among what they are after now.
 */
import { standardise } from '@nextcart/models';
import type { SharedRow } from '../product-part.ts';
import type { Known, Look } from '../shop-log.ts';
import { itemFeatures, momentFeatures, rankerFeatures } from './features.ts';
import { amongKindred, kindredOf } from './kindred.ts';

/** Parts that are read, and those of them that have chances. */
const PARTS = 3;
const LOGITS = 2;
export const WIDTH = itemFeatures.length + PARTS + LOGITS;
/** Of logits; nothing is less likely. */
const LEAST = -20;

export interface Moments {
  /** Features [items, WIDTH] and [momentFeatures] of each look in turn, good until the next. */
  visit(looks: readonly Look[], see: (look: Look, features: Float32Array, moment: Float32Array) => void): Promise<void>;
}

/** `rows`: the parts that were fitted last are read, those of the moment at which this is called. */
export const createMoments = async (known: Known, rows: readonly SharedRow[]): Promise<Moments> => {
  const parts = rows.map((row) => ({ part: row.part(), isLogits: row.recipe.scores === 'logits' }));
  const logits = parts.filter(({ isLogits }) => isLogits).length;
  if (parts.length !== PARTS || logits !== LOGITS)
    throw new RangeError(`${parts.length} parts, ${logits} of logits, not ${PARTS} and ${LOGITS}`);
  const count = known.items.length;
  const own = rankerFeatures(known);
  const groupOf = await kindredOf(known);
  const features = new Float32Array(count * WIDTH);
  const moment = new Float32Array(momentFeatures.length);
  const column = new Float32Array(count);
  const put = (at: number) => {
    for (let item = 0; item < count; item += 1) features[item * WIDTH + at] = column[item] as number;
  };
  return {
    visit: async (looks, see) => {
      const scores: Float32Array[] = [];
      for (const { part } of parts) scores.push(await part.score(looks));
      looks.forEach((look, place) => {
        own.fill(look, features, WIDTH, 0, moment);
        let at = itemFeatures.length;
        parts.forEach(({ isLogits }, part) => {
          const given = (scores[part] as Float32Array).subarray(place * count, (place + 1) * count);
          if (isLogits) toLogs(given, look.soldOut, column);
          else standardise(given, look.soldOut, column);
          put(at++);
          if (!isLogits) return;
          amongKindred(column, groupOf, column);
          put(at++);
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
