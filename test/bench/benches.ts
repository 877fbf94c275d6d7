import { dataSetBench } from './data-set/bench.ts';
import { faultsBench } from './faults/bench.ts';
import { freshnessBench } from './freshness/bench.ts';
import { gateNullBench } from './gate-null/bench.ts';
import type { Bench } from './harness/bench.ts';
import { ingestBench } from './ingest/bench.ts';
import { latencyBench, modelLatencyBench } from './latency/bench.ts';
import { gowallaBench } from './quality/gowalla/bench.ts';
import { movielensBench } from './quality/movielens/bench.ts';
import { onlineRetailBench } from './quality/online-retail/bench.ts';
import { retailPrequentialBench } from './quality/online-retail/prequential.ts';
import type { QualityBench } from './quality/quality-bench.ts';
import { digineticaBench, trivagoBench, yoochooseBench, yoochooseSampleBench } from './quality/sessions/benches.ts';
import { ablationBench } from './quality/shop/ablation.ts';
import { otherShopBench, shopBench } from './quality/shop/bench.ts';
import { contentBench } from './quality/shop/content-proof.ts';
import { scaleBench } from './scale/bench.ts';
import { scoringBench } from './scoring/bench.ts';
import { trainingBench } from './training/bench.ts';
import { upliftBench } from './uplift/bench.ts';
import { verifyBench } from './verify/bench.ts';

/** In the order in which --help lists them. */
export const benches: readonly Bench[] = [
  ingestBench,
  latencyBench,
  modelLatencyBench,
  scaleBench,
  faultsBench,
  trainingBench,
  scoringBench,
  verifyBench,
  freshnessBench,
  dataSetBench,
  gateNullBench,
  upliftBench,
];

/** Under `quality:NAME`. */
export const qualityBenches: readonly QualityBench[] = [
  gowallaBench,
  onlineRetailBench,
  retailPrequentialBench,
  digineticaBench,
  yoochooseBench,
  yoochooseSampleBench,
  trivagoBench,
  movielensBench,
  shopBench,
  otherShopBench,
  ablationBench,
  contentBench,
];
