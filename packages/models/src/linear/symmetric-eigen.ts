export interface Eigen {
  /** Falling. */
  readonly values: Float64Array;
  /** [size, size], a row an eigenvector of length 1. */
  readonly vectors: Float64Array;
}

/** Rotations that would turn by less are left out; the error of a value is of its square. */
const SMALL_ANGLE = 1e-9;
const MOST_SWEEPS = 30;

/** Of a small symmetric matrix [size, size] in float64, by cyclic Jacobi rotations (Golub and Van Loan, section 8.5). */
export const symmetricEigen = (matrix: Float64Array, size: number): Eigen => {
  const a = matrix.slice();
  const vectors = new Float64Array(size * size);
  for (let i = 0; i < size; i += 1) vectors[i * size + i] = 1;
  let largest = 0;
  for (const value of a) largest = Math.max(largest, Math.abs(value));
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep += 1) {
    let turned = 0;
    for (let p = 0; p < size; p += 1)
      for (let q = p + 1; q < size; q += 1) {
        const off = a[p * size + q] as number;
        if (Math.abs(off) <= SMALL_ANGLE * largest) continue;
        turned += 1;
        const theta = ((a[q * size + q] as number) - (a[p * size + p] as number)) / (2 * off);
        const tangent = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.hypot(theta, 1));
        const cosine = 1 / Math.hypot(tangent, 1);
        rotate(a, { p, q, stride: size, step: 1, size, cosine, sine: tangent * cosine });
        rotate(a, { p, q, stride: 1, step: size, size, cosine, sine: tangent * cosine });
        rotate(vectors, { p, q, stride: size, step: 1, size, cosine, sine: tangent * cosine });
      }
    if (turned === 0) break;
  }
  const values = Float64Array.from({ length: size }, (_, i) => a[i * size + i] as number);
  const order = [...values.keys()].sort((i, j) => (values[j] as number) - (values[i] as number) || i - j);
  const sorted = new Float64Array(size * size);
  order.forEach((i, at) => sorted.set(vectors.subarray(i * size, (i + 1) * size), at * size));
  return { values: Float64Array.from(order, (i) => values[i] as number), vectors: sorted };
};

interface Rotation {
  readonly p: number;
  readonly q: number;
  readonly stride: number;
  readonly step: number;
  readonly size: number;
  readonly cosine: number;
  readonly sine: number;
}

/** Lines p and q (rows with step 1, columns with stride 1) turned in their plane. */
const rotate = (a: Float64Array, { p, q, stride, step, size, cosine, sine }: Rotation): void => {
  for (let k = 0, i = p * stride, j = q * stride; k < size; k += 1, i += step, j += step) {
    const x = a[i] as number;
    const y = a[j] as number;
    a[i] = cosine * x - sine * y;
    a[j] = sine * x + cosine * y;
  }
};
