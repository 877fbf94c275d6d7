import { faultsBench } from './faults/bench.ts';
import type { Bench } from './harness/bench.ts';
import { ingestBench } from './ingest/bench.ts';
import { latencyBench } from './latency/bench.ts';
import { scaleBench } from './scale/bench.ts';

/** In the order in which --help lists them. */
export const benches: readonly Bench[] = [ingestBench, latencyBench, scaleBench, faultsBench];
