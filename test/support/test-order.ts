import { BaseSequencer, type TestSpecification } from 'vitest/node';

type TestFile = Pick<TestSpecification, 'moduleId'>;

/** They take minutes, in this order; a fresh clone knows of no durations. */
export const LONGEST: readonly string[] = [
  'test/faults/kills.test.ts',
  'test/e2e/online-retail.test.ts',
  'test/faults/outages.test.ts',
  'test/bench/quality/small.test.ts',
  'test/bench/quality/shop/shop.test.ts',
  'services/trainer/src/trainer.int.test.ts',
  'test/bench/gate-null/gate-null.int.test.ts',
  'services/trainer/src/redis-lost.int.test.ts',
  'test/e2e/replay.test.ts',
  'infra/local/src/stack.int.test.ts',
  'services/trainer/src/killed-cycle.int.test.ts',
];

const rankOf = ({ moduleId }: TestFile): number => {
  const at = LONGEST.findIndex((name) => moduleId.endsWith(name));
  return at < 0 ? LONGEST.length : at;
};

/**
 * Files of the projects that share workers wait in one queue, which vitest would fill with one project after the other:
 * first only files that wait for their servers while the cores have nothing to do, then only files that compute.
 */
export class TestOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const of = (name: string) => sorted.filter(({ project }) => project.name === name);
    const [waiting, computing] = [of('own servers'), of('unit')];
    const others = sorted.filter((file) => ![...waiting, ...computing].includes(file));
    return [...inTurn(waiting, computing), ...longestFirst(others)];
  }
}

/** What takes minutes first, or one worker ends with it alone. */
const longestFirst = <F extends TestFile>(files: readonly F[]): F[] => files.toSorted((a, b) => rankOf(a) - rankOf(b));

/** Two that wait, then what computes longest, then the others that wait, spread evenly among the rest. */
export const inTurn = <F extends TestFile>(waiting: readonly F[], computing: readonly F[]): readonly F[] => {
  const [first, later] = [longestFirst(waiting).slice(0, 2), longestFirst(waiting).slice(2)];
  const long = longestFirst(computing).filter((file) => rankOf(file) < LONGEST.length);
  const rest = computing.filter((file) => rankOf(file) === LONGEST.length);
  const share = Math.ceil(rest.length / Math.max(1, later.length));
  const spread = later.flatMap((file, at) => [file, ...rest.slice(at * share, (at + 1) * share)]);
  return [...first, ...long, ...(later.length === 0 ? rest : spread)];
};
