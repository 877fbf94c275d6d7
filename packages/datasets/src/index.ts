export type { Dataset, DatasetRecord } from './dataset.ts';
export { datasetNames, openDataset } from './readers/open-dataset.ts';
