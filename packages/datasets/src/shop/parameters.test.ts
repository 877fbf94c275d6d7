import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { defaultDirt, parameters } from './parameters.ts';

test('the page of the simulated shop states every parameter with its value, and no other', () => {
  const page = readFileSync(new URL('../../../../docs/simulated-shop.md', import.meta.url), 'utf8');
  const stated = new Map<string, string>();
  for (const match of page.matchAll(/^\| `(\w+)` \| ([^|]*?) \|/gm)) stated.set(match[1] as string, match[2] as string);
  const real = Object.entries({ ...parameters, ...defaultDirt }).map(
    ([name, value]) => [name, Array.isArray(value) ? value.join(', ') : String(value)] as const,
  );
  expect(Object.fromEntries(stated)).toEqual(Object.fromEntries(real));
});
