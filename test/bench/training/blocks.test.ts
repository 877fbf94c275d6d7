import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { startSide } from './blocks.ts';

const folder = mkdtempSync(join(tmpdir(), 'nextcart-blocks-'));
afterAll(() => rmSync(folder, { recursive: true }));
const script = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const module = JSON.stringify(join(import.meta.dirname, 'blocks.ts'));

test('a side learns a block for each time it is asked, and is still until then', async () => {
  const file = script(
    'side.mjs',
    `const { serveBlocks } = await import(${module});
    let loss = 0;
    await serveBlocks(async (timed) => { for (let i = 0; i < 3; i += 1) await timed(async () => ({ loss: (loss += 1) })); });`,
  );
  const side = await startSide(process.execPath, [file]);
  const [first, second] = [await side.block(), await side.block()];
  side.stop();
  expect([first.loss, second.loss]).toEqual([3, 6]);
  expect(first.seconds).toHaveLength(3);
});

test('a side that ends says why: before it is ready, and in a block', async () => {
  const broken = script('broken.cjs', `console.error('no module named torch'); process.exit(3);`);
  await expect(startSide(process.execPath, [broken])).rejects.toThrow('ended with 3: no module named torch');
  const fails = script(
    'fails.mjs',
    `const { serveBlocks } = await import(${module});
    await serveBlocks(async () => { console.error('out of memory'); process.exit(4); });`,
  );
  const side = await startSide(process.execPath, [fails]);
  await expect(side.block()).rejects.toThrow('ended with 4: out of memory');
});
