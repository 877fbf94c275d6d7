import { expect, test } from 'vitest';
import { standardise } from './standardise.ts';

test('items that are left out do not decide the scale, however far off they are', () => {
  const z = new Float32Array(6);
  standardise(Float32Array.of(80_995, 3000, 1e-4, 2e-4, 3e-4, 4e-4), Int32Array.of(0, 1), z);
  [-1.3416, -0.4472, 0.4472, 1.3416].forEach((value, at) => expect(z[2 + at]).toBeCloseTo(value, 3));
});
