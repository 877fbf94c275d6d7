import type { Bench } from './harness/bench.ts';
import { ingestBench } from './ingest/bench.ts';

/** In the order in which --help lists them. */
export const benches: readonly Bench[] = [ingestBench];
