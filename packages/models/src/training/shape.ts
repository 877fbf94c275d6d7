export type Shape = readonly number[];

export const sizeOf = (shape: Shape): number => shape.reduce((size, length) => size * length, 1);

export const sameShape = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((length, axis) => length === b[axis]);

/** NumPy's rule: aligned at the last axis, equal or 1. Throws a RangeError where shapes don't fit. */
export const broadcastShape = (a: Shape, b: Shape): Shape => {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const left = a[axis - rank + a.length] ?? 1;
    const right = b[axis - rank + b.length] ?? 1;
    if (left !== right && left !== 1 && right !== 1)
      throw new RangeError(`shapes [${a.join(', ')}] and [${b.join(', ')}] don't broadcast`);
    return left === 1 ? right : left;
  });
};

/** Axes of `whole` along which `part` was repeated when it was broadcast to it. */
export const broadcastAxes = (part: Shape, whole: Shape): number[] => {
  const missing = whole.length - part.length;
  return whole.flatMap((length, axis) =>
    axis < missing || (part[axis - missing] === 1 && length !== 1) ? [axis] : [],
  );
};

/** −1 is the last axis, as in ONNX. */
export const positiveAxis = (axis: number, shape: Shape): number => {
  const positive = axis < 0 ? axis + shape.length : axis;
  if (!(positive >= 0 && positive < shape.length)) throw new RangeError(`no axis ${axis} in [${shape.join(', ')}]`);
  return positive;
};
