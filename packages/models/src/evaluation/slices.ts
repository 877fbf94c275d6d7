export const sliceDefinitions = {
  cold: 'subjects whose measure (events in their history, or support of their target in training) is below the limit',
  warm: 'the others',
} as const;

export interface Slice {
  readonly subjects: number;
  /** NaN where there are none: nothing is known of them. */
  readonly mean: number;
}

/** Means of subjects whose `measure` is below `limit` and of the others. Both [subjects]. */
export const coldAndWarm = (
  values: Float64Array,
  measure: ArrayLike<number>,
  limit: number,
): { readonly cold: Slice; readonly warm: Slice } => {
  if (values.length !== measure.length) throw new RangeError(`${values.length} subjects, ${measure.length} measures`);
  const sliceOf = (isIn: (value: number) => boolean): Slice => {
    const some = values.filter((_, at) => isIn(measure[at] as number));
    return { subjects: some.length, mean: some.reduce((sum, value) => sum + value, 0) / some.length };
  };
  return { cold: sliceOf((value) => value < limit), warm: sliceOf((value) => !(value < limit)) };
};
