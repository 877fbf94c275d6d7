import type { SparseRows } from '../item-graph.ts';
import { type Numbers, openSession, type Session } from '../training/session.ts';
import type { AutoencoderShape } from './shape.ts';
import { createTargetArrays, mostEntries, type TargetArrays } from './step-arrays.ts';
import { decoderProgram, encoderProgram, gradientName, type StepShape } from './step-programs.ts';

export interface StepRunnerOptions {
  readonly shape: AutoencoderShape;
  readonly targets: SparseRows;
  readonly options: {
    readonly batch: number;
    readonly threads: number;
    readonly kl: { readonly prior: StepShape['prior'] };
  };
  /** The programs' arrays other than those below, by name. */
  readonly shared: Readonly<Record<string, Float32Array>>;
}

/** The part of the decoder that a step reads, where that is not the whole. */
export interface CandidateArrays {
  /** [width]. */
  readonly offset: Float32Array;
  /** [width, latent]. */
  readonly rows: Float32Array;
  /** [width]. */
  readonly rowBias: Float32Array;
}

/** Both programs of one width, each opened when it first runs. */
export interface StepRunner {
  readonly width: number;
  readonly targets: TargetArrays;
  readonly gradients: { readonly rows: Float32Array; readonly rowBias: Float32Array };
  runEncoder(): Promise<void>;
  runDecoder(): Promise<void>;
  close(): Promise<void>;
}

/** Places of scores are int32. */
const MOST_SCORES = 2 ** 31 - 1;

/** Throws a RangeError for more scores than a step can have. */
export const checkScores = (width: number, batch: number): void => {
  if (batch * width > MOST_SCORES)
    throw new RangeError(`${width} items × ${batch} users are too many scores for a step: use the sampled softmax`);
};

export const createStepRunner = (
  { shape, targets, options, shared }: StepRunnerOptions,
  width: number,
  candidates?: CandidateArrays,
): StepRunner => {
  const { batch, kl } = options;
  checkScores(width, batch);
  const entries = mostEntries(targets, batch);
  const step: StepShape = { shape, batch, width, entries, prior: kl.prior, sampled: candidates !== undefined };
  const targetArrays = createTargetArrays(entries, batch);
  const gradients = { rows: new Float32Array(width * shape.latent), rowBias: new Float32Array(width) };
  const arrays: Record<string, Numbers> = {
    ...shared,
    ...targetArrays,
    ...candidates,
    [gradientName('rows')]: gradients.rows,
    [gradientName('rowBias')]: gradients.rowBias,
  };
  const sessions: Session[] = [];
  const open = async (program: ReturnType<typeof encoderProgram>) => {
    const session = await openSession(program, options);
    sessions.push(session);
    return session.bind(arrays);
  };
  let encoder: Promise<() => Promise<void>> | undefined;
  let decoder: Promise<() => Promise<void>> | undefined;
  return {
    width,
    targets: targetArrays,
    gradients,
    runEncoder: async () => (await (encoder ??= open(encoderProgram(step))))(),
    runDecoder: async () => (await (decoder ??= open(decoderProgram(step))))(),
    close: async () => void (await Promise.all(sessions.map((session) => session.close()))),
  };
};
