/** Live arrays by name: what a checkpoint writes down and reads back in place. */
export type State = Readonly<Record<string, Float32Array | Float64Array>>;

/** The same under names with a prefix, so that parts can be laid side by side. */
export const prefixed = (prefix: string, state: State): State =>
  Object.fromEntries(Object.entries(state).map(([name, array]) => [`${prefix}.${name}`, array]));
