/** A benchmark: a function that measures once. The harness repeats it and prints. */
export interface Bench {
  readonly name: string;
  /** One sentence for --help. */
  readonly about: string;
  /** Repeats where --repeats names none: as many as fit into some ten minutes. */
  readonly repeats: number;
  /** Metrics that promise 0: where one is not in any repeat, the run ends with 1, its figures printed and written. */
  readonly mustBeZero?: readonly string[];
  /** Servers, data and processes that all repeats share. */
  prepare(context: BenchContext): Promise<PreparedBench>;
}

export interface PreparedBench {
  /** Measures once; metrics by their names in docs/benchmarks.md. */
  measure(repeat: number): Promise<Metrics>;
  /** Sizes that say what was measured: events, seconds, items. */
  readonly n: Readonly<Record<string, number>>;
}

export type Metrics = Readonly<Record<string, number>>;

export interface BenchContext {
  /** A small run, to see that the bench works: its figures mean nothing. */
  readonly quick: boolean;
  /** Of --events: a run of another length; absent: the bench's own. */
  readonly events?: number | undefined;
  /** To be called at the end, in the reverse order, after an error or Ctrl-C too. */
  onEnd(close: () => Promise<void>): void;
  /** For the report: a version that only a running server knows. */
  version(name: string, version: string): void;
  /** A line on stderr. */
  log(line: string): void;
  /** Progress of a step on stderr, with its time left. */
  progress(step: string, total: number, unit: string): Progress;
}

export interface Progress {
  at(done: number): void;
  done(): void;
}
