import { cosineWeights, gramRows, keepStrongest, type SparseRows, scoreLinear } from '@nextcart/models';
import { qualityOf } from '../measure.ts';
import { type Behaviour, bestOf, plainPart, type Recipe } from '../recipe.ts';

export interface NeighbourGrid {
  readonly damping: readonly number[];
  readonly keep: readonly number[];
}

/** Item-kNN: damped cosines of how often two items have the same user, summed over what a user has. */
export const itemNeighboursRecipe = (grid: NeighbourGrid): Recipe => ({
  name: 'item co-occurrence',
  kind: 'baseline',
  choose: async ({ fit, tasks }, context) => {
    const counts = gramRows(fit.bags, fit.items);
    const tried = [];
    const progress = context.progress('item co-occurrence', grid.damping.length * grid.keep.length, 'settings');
    for (const damping of grid.damping) {
      const weighted = withCosines(counts, damping);
      for (const keep of grid.keep) {
        const part = partOf(fit, keepStrongest(weighted, keep));
        tried.push({
          damping,
          keep,
          settings: `damping ${damping}, ${keep} a row`,
          quality: await qualityOf(tasks, part),
        });
        progress.at(tried.length);
      }
    }
    progress.done();
    const { damping, keep, settings } = bestOf(tried);
    const fitOn = (behaviour: Behaviour, gram: SparseRows) =>
      partOf(behaviour, keepStrongest(withCosines(gram, damping), keep));
    return {
      choice: { part: 'item co-occurrence', tried, chosen: settings },
      part: fitOn(fit, counts),
      refit: (all) => Promise.resolve(fitOn(all, gramRows(all.bags, all.items))),
    };
  },
});

const withCosines = (counts: SparseRows, damping: number): SparseRows => ({
  ...counts,
  weights: Float32Array.from(cosineWeights(counts, damping)),
});

const partOf = ({ items, bags }: Behaviour, model: SparseRows) =>
  plainPart(items, (users, into) => scoreLinear(model, bags, users, into));
