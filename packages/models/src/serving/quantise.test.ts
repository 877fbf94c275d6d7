import { expect, test } from 'vitest';
import { createRandom } from '../training/random.ts';
import { quantiseItems, quantiseQuery, ZERO } from './quantise.ts';

const WIDTH = 16;
const ITEMS = 70;
const GROUP = 32;
const GROUPS = 3;

test('products of steps are as near to the true ones as lengths and errors say, and items stand in groups of like size', () => {
  const vectors = new Float32Array(ITEMS * WIDTH);
  createRandom(1, 702).fillNormal(vectors);
  vectors.forEach((value, at) => {
    vectors[at] = value * 2 ** (Math.floor(at / WIDTH) % 9);
  });
  vectors.fill(0, 5 * WIDTH, 6 * WIDTH);
  const { order, steps, scales, lengths, errors } = quantiseItems(vectors, WIDTH, GROUP);
  expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: ITEMS }, (_, item) => item));
  expect(order.at(-1)).toBe(5);
  expect([...scales].sort((a, b) => b - a)).toEqual([...scales]);
  expect(steps).toHaveLength(WIDTH * GROUP * GROUPS);

  const query = new Float32Array(WIDTH);
  createRandom(2, 702).fillNormal(query);
  const bytes = new Uint8Array(2 * WIDTH);
  const { scale, length, error } = quantiseQuery(query, bytes, WIDTH);
  let nearest = 0;
  order.forEach((item, place) => {
    const group = Math.floor(place / GROUP);
    let [whole, product] = [0, 0];
    for (let i = 0; i < WIDTH; i += 1) {
      whole += ((bytes[WIDTH + i] as number) - ZERO) * (steps[i * GROUP * GROUPS + place] as number);
      product += (query[i] as number) * (vectors[item * WIDTH + i] as number);
    }
    const margin = error * (lengths[group] as number) + length * (errors[group] as number);
    const off = Math.abs(product - whole * scale * (scales[group] as number));
    expect(off).toBeLessThanOrEqual(margin);
    nearest = Math.max(nearest, off / margin);
  });
  // a margin that is far too wide would let everybody pass
  expect(nearest).toBeGreaterThan(0.1);
});

test('nothing at all is zero steps of nothing', () => {
  const bytes = new Uint8Array(WIDTH);
  expect(quantiseQuery(new Float32Array(WIDTH), bytes, 0)).toEqual({ scale: 0, length: 0, error: 0 });
  expect(new Set(bytes)).toEqual(new Set([ZERO]));
  const { steps, lengths, errors } = quantiseItems(new Float32Array(3 * WIDTH), WIDTH, GROUP);
  expect([...lengths, ...errors]).toEqual([0, 0]);
  expect(new Set(steps)).toEqual(new Set([0]));
});
