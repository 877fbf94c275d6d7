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

test('a snapshot cut anywhere, or with a byte too many, is an error', () => {
  const bytes = encodeSnapshot(graph);
  for (let size = 0; size < bytes.length; size += 1)
    expect(() => decodeSnapshot('covisits', bytes.subarray(0, size)), `${size} bytes`).toThrow(RangeError);
  expect(() => decodeSnapshot('covisits', Buffer.concat([bytes, Buffer.of(0)]))).toThrow(/1 bytes too many/);
});

test('columns of every kind come back, whatever part of a buffer they lie in', () => {
  const payload = {
    items: ['line\nbreak', '\ud83d\ude00'],
    rowStart: new Int32Array([9, 0, 2, 9]).subarray(1, 3),
    columns: Int32Array.of(-1, 2 ** 31 - 1),
    endedAt: Float64Array.of(Number.NEGATIVE_INFINITY),
  };
  const padded = Buffer.concat([Buffer.alloc(3), encodeSnapshot(payload)]).subarray(3);
  expect(decodeSnapshot('sessions', padded)).toEqual({ ...payload, rowStart: Int32Array.of(0, 2) });
});

test('another number anywhere gives another name', () => {
  const name = snapshotHash(encodeSnapshot(graph));
  expect(name).toMatch(/^[\da-f]{32}$/);
  expect(snapshotHash(encodeSnapshot({ ...graph, weights: Float32Array.of(0.5, 0.26) }))).not.toBe(name);
  expect(snapshotHash(encodeSnapshot({ ...graph, items: ['a', 'u'] }))).not.toBe(name);
});
