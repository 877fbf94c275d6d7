import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createJobFolder } from './job-folder.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'job-folder-'));
});
afterAll(() => rm(root, { recursive: true }));

test('the checkpoint of the latest attempt that wrote one, by number; none of other settings', async () => {
  const folder = createJobFolder(root, 'job', { width: 64 });
  expect(await folder.newestCheckpoint()).toBeUndefined();
  const [ninth, tenth] = [await folder.filesOf(9), await folder.filesOf(10)];
  await folder.filesOf(11);
  for (const { checkpointFile } of [tenth, ninth]) await writeFile(checkpointFile, '');
  await writeFile(`${tenth.checkpointFile}.partial`, '');
  expect(await folder.newestCheckpoint()).toBe(tenth.checkpointFile);
  expect(await createJobFolder(root, 'job', { width: 32 }).newestCheckpoint()).toBeUndefined();
  await folder.remove();
  expect(await folder.newestCheckpoint()).toBeUndefined();
  await folder.remove();
});
