import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createByteKeys } from './byte-keys.ts';

test('answers as a map of strings does, through growth, replacement, deletion and return', () => {
  // few letters, so that keys come again; 'é' and '💡' take more bytes than letters
  const key = fc.array(fc.constantFrom('a', 'b', 'é', '💡'), { maxLength: 4 }).map((letters) => letters.join(''));
  const step = fc.record({ key, value: fc.option(fc.nat(), { nil: undefined }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400 }), fc.array(key), (steps, questions) => {
      const reference = new Map<string, number>();
      const keys = createByteKeys<number>();
      for (const { key: name, value } of steps) {
        if (value === undefined) keys.delete(name);
        else keys.set(name, value);
        if (value === undefined) reference.delete(name);
        else reference.set(name, value);
      }
      for (const name of [...questions, ...steps.map((one) => one.key)]) {
        const bytes = Buffer.from(`<${name}>`);
        expect(keys.get(bytes, 1, bytes.length - 1)).toBe(reference.get(name));
      }
    }),
  );
});

test('holds a hundred thousand keys, and what was deleted makes room for others', () => {
  const keys = createByteKeys<number>();
  const at = (n: number): number | undefined => {
    const bytes = Buffer.from(`item-${n}`);
    return keys.get(bytes, 0, bytes.length);
  };
  for (let n = 0; n < 100_000; n += 1) {
    keys.set(`item-${n}`, n);
    if (n >= 1000) keys.delete(`item-${n - 1000}`);
  }
  for (let n = 0; n < 100_000; n += 1) expect(at(n)).toBe(n < 99_000 ? undefined : n);
});

test('two keys of one hash are told apart', () => {
  const keys = createByteKeys<string>();
  const pair = ['i005lb', 'i0bpmv']; // found by trying: one FNV-1a, one length
  const answers = () => pair.map((key) => keys.get(Buffer.from(key), 0, key.length));
  keys.set('i005lb', 'first');
  expect(answers()).toEqual(['first', undefined]);
  keys.set('i0bpmv', 'second');
  expect(answers()).toEqual(['first', 'second']);
  keys.delete('i005lb');
  expect(answers()).toEqual([undefined, 'second']);
});
