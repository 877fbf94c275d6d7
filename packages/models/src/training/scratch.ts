/**
 * Numbers that are written anew again and again, of any length: an array of more than a few KB comes fresh from the system
 * each time, which costs more than most work on it. What is in it beforehand is not said.
 */
export const createScratch = (): ((length: number) => Float32Array) => {
  let kept = new Float32Array(0);
  return (length) => {
    if (kept.length < length) kept = new Float32Array(2 * length);
    return kept.subarray(0, length);
  };
};
