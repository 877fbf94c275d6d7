import { open, rename } from 'node:fs/promises';

/** A file that is the old one or the new one whenever it is read. */
export const writeWhole = async (file: string, text: string): Promise<void> => {
  const handle = await open(`${file}.partial`, 'w');
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${file}.partial`, file);
};
