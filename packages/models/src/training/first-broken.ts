/** Place of the first number that is not finite, or −1. A plain loop: tables have millions of numbers. */
export const firstBroken = (values: Float32Array | Float64Array): number => {
  for (let at = 0; at < values.length; at += 1) {
    const value = values[at] as number;
    if (value - value !== 0) return at;
  }
  return -1;
};
