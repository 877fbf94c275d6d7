/** Needs with names: the two ends of each latent dimension, or segments, called by what tells them. */
import type { SparseRows } from '../item-graph.ts';
import type { Segments } from './segments.ts';
import { type ColumnGroup, type Strongest, type StrongestOptions, strongestColumns } from './strongest-columns.ts';
import { rowsIn, type Table } from './table-of-numbers.ts';

export interface NamedNeed {
  /** Of the latent dimension or segment. */
  readonly number: number;
  /** Which end of a dimension; 1 for segments. */
  readonly sign: 1 | -1;
  /** The strongest of each kind that has any, in the order of the groups; empty: nothing tells it. */
  readonly title: string;
  readonly strongest: Strongest;
}

/** Both ends of each dimension of `latents` [users, width], 2 · width needs: upper 0, lower 0, upper 1, … */
export const nameDimensions = (
  latents: Table,
  bags: SparseRows,
  groups: readonly ColumnGroup[],
  options?: StrongestOptions,
): readonly NamedNeed[] =>
  strongestColumns(latents, bags, groups, options).flatMap(({ upper, lower }, number) => [
    { number, sign: 1 as const, title: titleOf(upper, groups), strongest: upper },
    { number, sign: -1 as const, title: titleOf(lower, groups), strongest: lower },
  ]);

/** Each segment by what its users have more often than others. */
export const nameSegments = (
  { segmentOf, sizes }: Segments,
  bags: SparseRows,
  groups: readonly ColumnGroup[],
  options?: StrongestOptions,
): readonly NamedNeed[] => {
  const width = sizes.length;
  const values = new Float64Array(segmentOf.length * width);
  segmentOf.forEach((segment, user) => void (values[user * width + segment] = 1));
  return strongestColumns({ values, width }, bags, groups, options).map(({ upper }, number) => ({
    number,
    sign: 1,
    title: titleOf(upper, groups),
    strongest: upper,
  }));
};

const titleOf = (strongest: Strongest, groups: readonly ColumnGroup[]): string =>
  groups.flatMap(({ kind }) => strongest[kind]?.[0]?.label ?? []).join(' · ');

export interface NeedStrength {
  /** Place in the list of `nameDimensions`. */
  readonly need: number;
  /** How far from the mean user, in standard deviations, > 0. */
  readonly strength: number;
  /** Of the squared length of all that the user differs in, in [0, 1]. */
  readonly share: number;
}

/** Strongest needs of users by latent dimensions, against the users that it was made of. */
export interface UserNeeds {
  /** Of one latent [width], strongest first. */
  of(latent: Float32Array | Float64Array, top: number): readonly NeedStrength[];
}

export const createUserNeeds = (latents: Table): UserNeeds => {
  const users = rowsIn(latents, 'latents');
  const { values, width } = latents;
  const means = new Float64Array(width);
  const squares = new Float64Array(width);
  for (let at = 0; at < values.length; at += 1)
    means[at % width] = (means[at % width] as number) + (values[at] as number) / users;
  for (let at = 0; at < values.length; at += 1)
    squares[at % width] =
      (squares[at % width] as number) + ((values[at] as number) - (means[at % width] as number)) ** 2;
  return {
    of: (latent, top) => {
      if (latent.length !== width) throw new RangeError(`a latent of ${latent.length} numbers, not ${width}`);
      const scores = Array.from(latent, (value, dimension) => {
        const deviation = Math.sqrt((squares[dimension] as number) / users);
        return deviation > 0 ? (value - (means[dimension] as number)) / deviation : 0;
      });
      const total = scores.reduce((sum, score) => sum + score * score, 0);
      return scores
        .map((score, dimension) => ({
          need: 2 * dimension + Number(score < 0),
          strength: Math.abs(score),
          share: total > 0 ? score ** 2 / total : 0,
        }))
        .filter(({ strength }) => strength > 0)
        .sort((a, b) => b.strength - a.strength || a.need - b.need)
        .slice(0, top);
    },
  };
};
