export type { Dataset, DatasetRecord } from './dataset.ts';
