/** The needs of a release with their names, and each subject's strongest. */
import type { NeedRow } from '@nextcart/clickhouse';
import { createUserNeeds, type NamedNeed, nameDimensions, type Strongest, type Table } from '@nextcart/models';
import { CATEGORY, ITEM, WORD } from './naming-columns.ts';
import type { Observed } from './observe-subjects.ts';

/**
 * A dimension whose variance is less than this of the widest one's is one that the model does not use ("active units",
 * Burda et al. 2016, section 5.2, whose bound is absolute): standardised, its noise would look like a need.
 */
const LEAST_VARIANCE = 0.01;
/** Named at once: a pass over all columns takes some tens of milliseconds. */
const DIMENSIONS_AT_ONCE = 2;
const SUBJECTS_AT_ONCE = 2000;

export interface ActiveLatents extends Table {
  /** [width], the model's dimensions that they are. */
  readonly dimensions: readonly number[];
}

/** The dimensions that the model uses. */
export const activeLatents = ({ values, width }: Table): ActiveLatents => {
  const rows = values.length / width;
  const [sums, squares] = [new Float64Array(width), new Float64Array(width)];
  values.forEach((value, at) => {
    sums[at % width] = (sums[at % width] as number) + value;
    squares[at % width] = (squares[at % width] as number) + value * value;
  });
  const variances = squares.map((sum, at) => sum / rows - ((sums[at] as number) / rows) ** 2);
  const least = LEAST_VARIANCE * Math.max(...variances);
  const dimensions = [...variances.keys()].filter((at) => (variances[at] as number) > Math.max(least, 1e-12));
  return { ...pickColumns({ values, width }, dimensions), dimensions };
};

export const pickColumns = ({ values, width }: Table, columns: readonly number[]): Table => ({
  values: Float32Array.from(
    { length: (values.length / width) * columns.length },
    (_, at) => values[Math.floor(at / columns.length) * width + (columns[at % columns.length] as number)] as number,
  ),
  width: columns.length,
});

export interface ToldNeeds {
  readonly needs: readonly NeedRow[];
  /** [subjects], strongest first. */
  readonly ofSubjects: readonly { readonly needs: readonly number[]; readonly strengths: readonly number[] }[];
}

/** Ends of dimensions that nothing tells are no needs. `pause` is awaited every so often, so that others get their turn. */
export const tellNeeds = async (
  { columns, groups, itemIds }: Pick<Observed, 'columns' | 'groups' | 'itemIds'>,
  latents: ActiveLatents,
  most: number,
  pause: () => Promise<void>,
): Promise<ToldNeeds> => {
  const { values, width, dimensions } = latents;
  const named = new Map<number, NamedNeed>();
  for (let start = 0; start < width; start += DIMENSIONS_AT_ONCE) {
    const some = Array.from({ length: Math.min(DIMENSIONS_AT_ONCE, width - start) }, (_, at) => start + at);
    for (const need of nameDimensions(pickColumns(latents, some), columns, groups))
      if (need.title !== '') named.set(needNumber(dimensions[start + need.number] as number, need.sign < 0), need);
    await pause();
  }
  const userNeeds = createUserNeeds(latents);
  const ofSubjects: { needs: number[]; strengths: number[] }[] = [];
  for (let row = 0; row < values.length / width; row += 1) {
    const own = userNeeds
      .of(values.subarray(row * width, (row + 1) * width), 2 * width)
      .map(({ need, strength }) => ({ need: needNumber(dimensions[need >> 1] as number, need % 2 === 1), strength }))
      .filter(({ need }) => named.has(need))
      .slice(0, most);
    ofSubjects.push({ needs: own.map(({ need }) => need), strengths: own.map(({ strength }) => strength) });
    if (row % SUBJECTS_AT_ONCE === SUBJECTS_AT_ONCE - 1) await pause();
  }
  const strongest = new Map<number, number>();
  for (const { needs } of ofSubjects)
    if (needs[0] !== undefined) strongest.set(needs[0], (strongest.get(needs[0]) ?? 0) + 1);
  return {
    needs: [...named].map(([need, { title, strongest: told }]) => ({
      ...{ need, name: title, share: (strongest.get(need) ?? 0) / ofSubjects.length },
      ...textsOf(told, itemIds),
    })),
    ofSubjects,
  };
};

/** The number of a dimension's end. */
const needNumber = (dimension: number, isLower: boolean): number => 2 * dimension + Number(isLower);

const textsOf = (strongest: Strongest, itemIds: readonly string[]) => {
  const of = (kind: string) => (strongest[kind] ?? []).map(({ label }) => label);
  return {
    itemIds: (strongest[ITEM] ?? []).map(({ column }) => itemIds[column] as string),
    ...{ items: of(ITEM), categories: of(CATEGORY), words: of(WORD) },
  };
};
