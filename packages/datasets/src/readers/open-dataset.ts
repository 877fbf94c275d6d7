import { NextcartError } from '@nextcart/contracts';
import type { Dataset } from '../dataset.ts';
import { digineticaSource, openDiginetica } from './diginetica.ts';
import { onlineRetailSource, openOnlineRetail } from './online-retail.ts';
import { openRees46, rees46Source } from './rees46.ts';
import { openRetailRocket, retailRocketSource } from './retailrocket.ts';
import type { SourceDescription } from './source-files.ts';
import { openTrivago, trivagoSource } from './trivago.ts';
import { openYooChoose, yooChooseSource } from './yoochoose.ts';

type Opener = (path: string) => Promise<Dataset>;
const sources = new Map<string, Opener>(
  (
    [
      [onlineRetailSource, openOnlineRetail],
      [trivagoSource, openTrivago],
      [yooChooseSource, openYooChoose],
      [digineticaSource, openDiginetica],
      [retailRocketSource, openRetailRocket],
      [rees46Source, openRees46],
    ] satisfies [SourceDescription, Opener][]
  ).map(([source, open]) => [source.name, open]),
);

/** Names that `openDataset` knows. */
export const datasetNames: readonly string[] = [...sources.keys()];

/**
 * A public data set in its original format, from a file or a folder, gzipped or not (docs/datasets.md has the formats).
 * Throws 'bad_input': an unknown name, missing files (with where to get them); while reading, a malformed line.
 */
export const openDataset = async (source: string, path: string): Promise<Dataset> => {
  const open = sources.get(source);
  if (open === undefined) {
    throw new NextcartError('bad_input', `unknown source '${source}'; known: ${datasetNames.join(', ')}`, {
      retry: false,
    });
  }
  return open(path);
};
