import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** The file, or its gzipped self beside it; undefined where neither is there. */
export const findText = (path: string): string | undefined => [path, `${path}.gz`].find((one) => existsSync(one));

/** Of a file that `findText` finds; throws where there is none. */
export const readText = (path: string): string => {
  const bytes = readFileSync(findText(path) ?? path);
  return (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString();
};
