/** How much of the true needs a straight line reads off what each model knows of people: rows of the table. */
import {
  denseRows,
  edlaeFactors,
  fitEdlae,
  type ProbeResult,
  pcaFactors,
  probeNeeds,
  type SparseRows,
} from '@nextcart/models';
import type { QualityContext, QualityRow } from '../quality-bench.ts';
import { bagSpace, weighings } from './bags.ts';
import type { ShopLog } from './shop-log.ts';
import type { VaePart } from './vae-part.ts';

export const NEEDS = 'needs R²';
const EDLAE = { lambda: 100, dropout: 0.33, keep: 200 };

/** The VAE's figure alone, by subject. */
export const needsOf = async (log: ShopLog, vae: VaePart, seed: number): Promise<Float64Array> =>
  sharesOf(await probeLatents(log, vae, seed));

const probeLatents = async ({ test: { known }, needs }: ShopLog, vae: VaePart, seed: number): Promise<ProbeResult> => {
  const values = await vae.latents(needs.histories, known.until);
  return probeNeeds(
    denseRows({ values, width: vae.latent }),
    vae.latent,
    { values: needs.shares, width: needs.width },
    { seed },
  );
};

/** The VAE's figure, and rows of what it is compared with; a rival counts with the best of its inputs. */
export const needsRows = async (
  shop: ShopLog,
  vae: VaePart,
  { seed, threads, log }: QualityContext,
): Promise<{ readonly vae: Float64Array; readonly rows: readonly QualityRow[] }> => {
  const { needs } = shop;
  const { items, deeds, histories, until } = shop.test.known;
  const numbers = new Map(histories.map((history, row) => [history, row]));
  const chosen = needs.histories.map((history) => numbers.get(history) as number);
  const truth = { values: needs.shares, width: needs.width };
  const probe = (features: SparseRows, columns: number) => probeNeeds(features, columns, truth, { seed });
  const rowsOf = ({ values, width }: { readonly values: Float32Array | Float64Array; readonly width: number }) => ({
    values: Float32Array.from(chosen.flatMap((row) => Array.from(values.subarray(row * width, (row + 1) * width)))),
    width,
  });
  const dense = (table: { readonly values: Float32Array | Float64Array; readonly width: number }) =>
    probe(denseRows(table), table.width);

  const started = performance.now();
  const mu = await probeLatents(shop, vae, seed);
  const times = new Float64Array(histories.length).fill(until);
  const inputs = Object.entries(weighings).flatMap(([weighed, types]) => {
    const counts = bagSpace(items, deeds, { halfLifeDays: Infinity, types }).itemBags(histories, times);
    const scaled = { counts, 'unit rows': scaledRows(counts, 2), shares: scaledRows(counts, 1) };
    return Object.entries(scaled).map(([input, bags]) => ({ input, weighed, bags }));
  });
  const found: { readonly name: string; readonly input: string; readonly probe: ProbeResult }[] = [];
  for (const { input, weighed, bags } of inputs) {
    const edlae = await fitEdlae(bags, items.length, { ...EDLAE, threads });
    // fewer directions may be better: a rival counts with its best
    for (const rank of input === 'unit rows' ? [vae.latent, vae.latent / 2] : [vae.latent]) {
      const svd = { rank, seed, threads, oversampling: 32, iterations: 4 };
      const named = `${input}, ${weighed}, ${rank} wide`;
      found.push({
        name: 'PCA factors',
        input: named,
        probe: dense(rowsOf(await pcaFactors(bags, items.length, svd))),
      });
      const factors = rowsOf(await edlaeFactors(edlae, bags, svd));
      found.push({ name: 'EDLAE factors', input: named, probe: dense(factors) });
    }
    found.push({
      name: `ridge on ${input}`,
      input: `${input}, ${weighed}`,
      probe: probe(pick(bags, chosen), items.length),
    });
  }
  for (const {
    name,
    input,
    probe: { r2, correlation },
  } of found)
    log(`needs: ${name}, ${input}: R² ${r2.toFixed(4)}, correlation ${correlation.toFixed(4)}`);
  log(`needs: VAE: R² ${mu.r2.toFixed(4)}, correlation ${mu.correlation.toFixed(4)}`);
  log(`needs: ${((performance.now() - started) / 1000).toFixed(1)} s`);

  const names = ['PCA factors', 'EDLAE factors', 'ridge on counts', 'ridge on unit rows', 'ridge on shares'];
  const rows = names.map((name): QualityRow => {
    const best = found.filter((one) => one.name === name).sort((a, b) => b.probe.r2 - a.probe.r2)[0];
    if (!best) throw new Error(`no probe of ${name}`);
    return {
      name,
      kind: 'baseline',
      subjects: { [NEEDS]: sharesOf(best.probe) },
      settings: `${best.input}, lambda ${best.probe.chosen.lambda}`,
    };
  });
  return { vae: sharesOf(mu), rows };
};

/** A figure a subject whose mean is R². */
const sharesOf = ({ r2, squaredErrors }: ProbeResult): Float64Array => {
  const mean = squaredErrors.reduce((sum, value) => sum + value, 0) / squaredErrors.length / (1 - r2);
  return squaredErrors.map((error) => 1 - error / mean);
};

/** Rows over their length in the p-norm. */
const scaledRows = (bags: SparseRows, p: 1 | 2): SparseRows => {
  const weights = bags.weights.slice();
  for (let row = 0; row + 1 < bags.rowStart.length; row += 1) {
    const some = weights.subarray(bags.rowStart[row], bags.rowStart[row + 1]);
    const length = some.reduce((sum, value) => sum + value ** p, 0) ** (1 / p);
    if (length > 0) some.forEach((value, at) => void (some[at] = value / length));
  }
  return { ...bags, weights };
};

const pick = ({ rowStart, columns, weights }: SparseRows, rows: readonly number[]): SparseRows => {
  const ranges = rows.map((row) => [rowStart[row] as number, rowStart[row + 1] as number] as const);
  const starts = new Int32Array(rows.length + 1);
  ranges.forEach(([start, end], at) => void (starts[at + 1] = (starts[at] as number) + end - start));
  return {
    rowStart: starts,
    columns: Int32Array.from(ranges.flatMap(([start, end]) => Array.from(columns.subarray(start, end)))),
    weights: Float32Array.from(ranges.flatMap(([start, end]) => Array.from(weights.subarray(start, end)))),
  };
};
