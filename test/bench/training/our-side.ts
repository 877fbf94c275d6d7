/** Our side, a process: `our-side.ts MODEL ROWS THREADS`. An epoch over the made rows is the block. */
import {
  autoencoderDefaults,
  createAutoencoderTraining,
  createRecurrentTraining,
  nextItemTargets,
  recurrentDefaults,
  type SparseRows,
} from '@nextcart/models';
import { serveBlocks } from './blocks.ts';
import { makeRows } from './made-data.ts';
import { AUTOENCODER, LENGTHS, type ModelName, RECURRENT } from './sizes.ts';

/** So that rates hardly fall while it is measured. */
const EPOCHS = 1000;
const RATE = { from: 2e-3, to: 2e-3 };

const autoencoder = (bags: SparseRows, threads: number) => {
  const { items, hidden, latent, depth, batch } = AUTOENCODER;
  return createAutoencoderTraining(
    { inputs: bags, targets: bags },
    { columns: items, items, hidden, latent, depth },
    {
      ...autoencoderDefaults,
      ...{ seed: 1, threads, epochs: EPOCHS, batch },
      // the peer's
      rate: { from: 5e-4, to: 5e-4 },
      dropout: 0.5,
      kl: { prior: 'composite', gamma: 0.005 },
      ...{ encoderPasses: 3, decoderPasses: 1 },
    },
  );
};

const recurrent = ({ rowStart, columns }: SparseRows, threads: number) => {
  const { items, width, lanes, times, draws } = RECURRENT;
  const events = { rowStart, items: columns };
  const plain = { features: 0, types: 0, gaps: 0, hours: 0, scale: 0, lags: 0 };
  return createRecurrentTraining(
    { events, targets: nextItemTargets(events) },
    { items, width, blocks: 1, recurrence: 'linear', ...plain },
    {
      ...recurrentDefaults,
      ...{ seed: 1, threads, epochs: EPOCHS, lanes, times },
      // the peer's: in its place there is dense Adam for all weights
      rate: RATE,
      tables: { optimiser: 'adam', ...RATE },
      dropout: { events: 0.2, blocks: 0.2 },
      softmax: { kind: 'sampled', draws, exponent: 0.5 },
    },
  );
};

const [model, rows, threads] = process.argv.slice(2) as [ModelName, string, string];
const { items } = { autoencoder: AUTOENCODER, recurrent: RECURRENT }[model];
const data = makeRows({ rows: Number(rows), items, length: LENGTHS[model] });
const training = { autoencoder, recurrent }[model](data, Number(threads));
let epoch = 0;
await serveBlocks(async (timed) => {
  for (let step = 0; step < training.stepsPerEpoch; step += 1) await timed(() => training.step(epoch, step));
  epoch += 1;
});
await training.close();
