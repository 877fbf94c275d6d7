export const sliceDefinitions = {
  cold: 'subjects whose measure (events in their history, or support of their target in training) is below the limit',
  warm: 'the others',
} as const;

/** Values of the subjects whose `measure` is below `limit`, and of the others, in order. Both [subjects]. */
export const coldAndWarm = (
  values: Float64Array,
  measure: ArrayLike<number>,
  limit: number,
): { readonly cold: Float64Array; readonly warm: Float64Array } => {
  if (values.length !== measure.length) throw new RangeError(`${values.length} subjects, ${measure.length} measures`);
  const isCold = (at: number): boolean => (measure[at] as number) < limit;
  return { cold: values.filter((_, at) => isCold(at)), warm: values.filter((_, at) => !isCold(at)) };
};
