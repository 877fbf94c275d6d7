import { expect, test } from 'vitest';
import { decodeSnapshot, encodeSnapshot, snapshotHash } from './snapshots.ts';

const graph = {
  items: ['a', 'ü'],
  rowStart: Int32Array.of(0, 1, 2),
  columns: Int32Array.of(1, 0),
  weights: Float32Array.of(0.5, 0.25),
};

test('a snapshot comes back as it was, and the same payload has the same name', () => {
  const bytes = encodeSnapshot(graph);
  expect(decodeSnapshot('covisits', bytes)).toEqual(graph);
  expect(snapshotHash(encodeSnapshot({ ...graph }))).toBe(snapshotHash(bytes));
});

test('a snapshot that lost its end is an error that names the column', () => {
  const bytes = encodeSnapshot(graph);
  expect(() => decodeSnapshot('covisits', bytes.subarray(0, bytes.length - 1))).toThrow(/weights/);
});
