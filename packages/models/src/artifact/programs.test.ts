import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAutoencoderScorer } from '../autoencoder/scorer.ts';
import type { Autoencoder } from '../autoencoder/shape.ts';
import { NO_ITEM } from '../recurrent/events.ts';
import { createRecurrentScorer } from '../recurrent/scorer.ts';
import type { RecurrentModel } from '../recurrent/shape.ts';
import { openSession } from '../training/session.ts';
import { sizeOf } from '../training/shape.ts';
import { SEQUENCES, events as withTokens } from './events.fixture.ts';
import { findPython } from './find-python.fixture.ts';
import { programsOf } from './programs.ts';
import { autoencoder, bags, COLUMNS, partsOf, recurrentModel } from './release.fixture.ts';
import { writeArtifact } from './write-artifact.ts';

const BATCH = 4;
type Run = (
  file: string,
  feeds: Readonly<Record<string, Float32Array | Int32Array>>,
) => Promise<Readonly<Record<string, ArrayLike<number>>>>;

const close = (found: ArrayLike<number> | undefined, expected: Float32Array) => {
  expect(found).toHaveLength(expected.length);
  expected.forEach((value, at) => expect(Math.abs((found?.[at] as number) - value)).toBeLessThan(1e-5));
};

/** Bags as a foreign runtime gets them: dense, not normalised. */
const checkAutoencoder = async (model: Autoencoder, run: Run) => {
  const scorer = await createAutoencoderScorer(model, { batch: BATCH, threads: 1 });
  // small weights too: those of someone who was last seen years ago
  const faded = { ...bags, weights: bags.weights.map((weight) => weight * 1e-9) };
  for (const [given, users] of [
    [bags, [0, 3, 17, 29]],
    [faded, [8, 9, 10, 11]],
  ] as const) {
    const bag = new Float32Array(BATCH * COLUMNS);
    users.forEach((user, row) => {
      for (let at = given.rowStart[user] as number; at < (given.rowStart[user + 1] as number); at += 1)
        bag[row * COLUMNS + (given.columns[at] as number)] = given.weights[at] as number;
    });
    const { mu, scores } = await scorer.score(given, Int32Array.from(users));
    const found = await run('autoencoder/score.onnx', { bag });
    close(found['latents'], mu);
    close(found['scores'], scores);
  }
  await scorer.close();
};

/** Events one after the other from states of zeros; sequences that are over keep what they have. */
const checkRecurrent = async (model: RecurrentModel, run: Run) => {
  const { width, features, lags, blocks } = model.shape;
  const { tokens: searched, ...plain } = withTokens;
  const events = features > 0 ? withTokens : plain;
  const scorer = await createRecurrentScorer(model, { batch: BATCH, threads: 1 });
  let states: Record<string, Float32Array> = {};
  for (let block = 0; block < blocks; block += 1) states[`state${block}`] = new Float32Array(BATCH * width);
  const outputs = new Float32Array(BATCH * width);
  const recent = new Int32Array(BATCH * lags);
  const lengthOf = (row: number) => (events.rowStart[row + 1] as number) - (events.rowStart[row] as number);
  for (let time = 0; time < Math.max(...[...SEQUENCES].map(lengthOf)); time += 1) {
    const rows = [...SEQUENCES].filter((row) => lengthOf(row) > time);
    const of = (values: ArrayLike<number>) => {
      const column = new Int32Array(BATCH);
      for (const row of rows) column[row] = values[(events.rowStart[row] as number) + time] as number;
      return column;
    };
    const item = of(events.items);
    const tokens = new Float32Array(BATCH * features);
    for (const row of rows) {
      const event = (events.rowStart[row] as number) + time;
      for (let at = searched?.rowStart[event] as number; at < (searched?.rowStart[event + 1] as number); at += 1)
        if (features > 0) tokens[row * features + (searched?.columns[at] as number)] = searched?.weights[at] as number;
    }
    const context = {
      type: of(events.types as Uint8Array),
      gap: of(events.gaps as Uint8Array),
      hour: of(events.hours as Uint8Array),
      weekday: of(events.weekdays as Uint8Array),
    };
    const found = await run('recurrent/advance.onnx', { item, tokens, ...context, ...states });
    const after: Record<string, Float32Array> = {};
    for (let block = 0; block < blocks; block += 1)
      after[`state${block}`] = (states[`state${block}`] as Float32Array).slice();
    for (const row of rows) {
      const part = (values: ArrayLike<number>) =>
        Array.from({ length: width }, (_, at) => values[row * width + at] as number);
      outputs.set(part(found['outputs'] as ArrayLike<number>), row * width);
      for (let block = 0; block < blocks; block += 1)
        after[`state${block}`]?.set(part(found[`next${block}`] as ArrayLike<number>), row * width);
      if (item[row] === NO_ITEM || lags === 0) continue;
      recent.copyWithin(row * lags + 1, row * lags, (row + 1) * lags - 1);
      recent[row * lags] = (item[row] as number) + 1;
    }
    states = after;
  }
  for (const type of [0, 2]) {
    const expected = await scorer.score(await scorer.fold(events, SEQUENCES), type);
    const found = await run('recurrent/score.onnx', { outputs, recent, type: new Int32Array(BATCH).fill(type) });
    close(found['scores'], expected);
  }
  await scorer.close();
};

const recurrent: [string, RecurrentModel][] = [
  ['products', recurrentModel()],
  ['cosines, a GRU', recurrentModel({ scale: 16, recurrence: 'gru' })],
  ['neither features nor lags nor weekdays', recurrentModel({ features: 0, lags: 0, weekdays: 0 })],
];

describe('programs that stand alone score as ours do', () => {
  const inOurEngine =
    (models: Parameters<typeof programsOf>[0]): Run =>
    async (file, feeds) => {
      const program = programsOf(models, BATCH)
        .find((one) => one.file === file)
        ?.make();
      if (!program) throw new Error(`no ${file}`);
      const session = await openSession(program, { threads: 1 });
      const outputs = Object.fromEntries(
        program.outputs.map(({ name, shape }) => [name, new Float32Array(sizeOf(shape))]),
      );
      await session.bind({ ...feeds, ...outputs })();
      await session.close();
      return outputs;
    };

  test('the autoencoder', () => checkAutoencoder(autoencoder, inOurEngine({ autoencoder })));
  test.each(recurrent)('the recurrent model: %s', (_, model) =>
    checkRecurrent(model, inOurEngine({ recurrent: model })),
  );
});

const found = findPython();
const missing = 'missing' in found ? found.missing : '';

describe.skipIf(missing !== '')(`Python's onnxruntime runs the files of a release${missing && ` (${missing})`}`, () => {
  let root: string;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'onnx-'));
  });
  afterAll(() => rm(root, { recursive: true }));
  const script = fileURLToPath(new URL('run-onnx.py', import.meta.url));
  const inPython =
    (folder: string): Run =>
    (file, feeds) => {
      const lists = Object.fromEntries(Object.entries(feeds).map(([name, values]) => [name, [...values]]));
      const input = JSON.stringify([{ file: join(folder, file), feeds: lists }]);
      const python = 'python' in found ? found.python : '';
      const output = execFileSync(python, ['-B', script], {
        input,
        encoding: 'utf8',
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      return Promise.resolve((JSON.parse(output) as Record<string, number[]>[])[0] as Record<string, number[]>);
    };

  test('within 1e-5 of our scores', async () => {
    const folder = join(root, 'release');
    await writeArtifact(folder, partsOf({ autoencoder, recurrent: recurrentModel() }));
    await checkAutoencoder(autoencoder, inPython(folder));
    await checkRecurrent(recurrentModel(), inPython(folder));
  }, 60_000);
});
