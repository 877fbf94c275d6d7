import { expect, test } from 'vitest';
import { instructionSetsIn } from './cpu.ts';

test('instruction sets that kernels are chosen by, of either architecture, whatever their order', () => {
  expect(instructionSetsIn('processor\t: 0\nflags\t\t: fpu avx2 sse4_2 avx fma avx512f\nbugs\t: x\n')).toEqual([
    'avx',
    'avx2',
    'avx512f',
    'fma',
    'sse4_2',
  ]);
  expect(instructionSetsIn('Features\t: fp asimd sve2 i8mm crc32\n')).toEqual(['asimd', 'i8mm', 'sve2']);
  expect(instructionSetsIn('')).toEqual([]);
});
