export type { Dataset, DatasetRecord, Preparation, Tell } from './dataset.ts';
export { datasetNames, openDataset } from './readers/open-dataset.ts';
export type { Lists } from './shop/lists.ts';
export { type DirtRates, defaultDirt } from './shop/parameters.ts';
export type { DirtNote } from './shop/run.ts';
export { createShop, type Shop, type ShopOptions } from './shop/shop.ts';
export type { Truth } from './shop/truth.ts';
export { createTruthFile, type TruthFile } from './shop/truth-file.ts';
