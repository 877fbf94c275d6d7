/**
 * Names of figures in a report, out of a table's row and column: `fusion.ndcg@20`; where a column is of a part of the
 * requests, with that in front: `unseen.fusion.ndcg@20`. A hit or miss of a single target is its recall.
 */
export const metricKey = (row: string, column: string): string => {
  const fixed = FIXED[`${row}.${column}`];
  if (fixed !== undefined) return fixed;
  const [metric, part] = partsOf(column);
  const name = /@\d+$/.test(metric) ? metric.toLowerCase().replace(/^hr@/, 'recall@') : metric;
  return `${part === undefined || part === WHOLE ? '' : `${part}.`}${row}.${name}`;
};

/** What the shop is asked for most; named without it. */
const WHOLE = 'next';

/** 'NDCG@20 unseen' and 'of oracle, cart': the figure, and what it is of. */
const partsOf = (column: string): readonly [metric: string, part?: string] => {
  const ofOracle = /^of oracle, (.+)$/.exec(column)?.[1];
  if (ofOracle !== undefined) return ['oracle_ratio', ofOracle];
  const [, metric, part] = /^([A-Za-z]+@\d+) (.+)$/.exec(column) ?? [];
  return metric !== undefined && part !== undefined ? [metric, part] : [column];
};

/** Of the shop, whose truth is known. */
const FIXED: Readonly<Record<string, string>> = {
  'fusion.of oracle, next': 'oracle_ratio',
  'fusion.of oracle, arrival': 'arrival.oracle_ratio',
  'fusion.of oracle, cart': 'cart.oracle_ratio',
  'VAE.needs R²': 'needs.r2',
  'PCA factors.needs R²': 'needs.r2_pca',
  'EDLAE factors.needs R²': 'needs.r2_edlae',
  'ridge on counts.needs R²': 'needs.r2_supervised',
};
