import { open, rename } from 'node:fs/promises';

/** A file that is the old one or the new one whenever it is read, also after a power cut. */
export const writeWhole = async (file: string, bytes: Uint8Array | string): Promise<void> => {
  const partial = `${file}.partial`;
  const handle = await open(partial, 'w');
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(partial, file);
};
