import { autoencoderDefaults, createAutoencoderTraining, train } from '@nextcart/models';
import { standBack } from '@nextcart/runtime';

/** A training as a trainer runs it beside the services: at low priority, of the default size, until it is stopped. */
standBack();
const [USERS, ITEMS, PER_USER] = [20_000, 20_000, 20];
const rowStart = Int32Array.from({ length: USERS + 1 }, (_, user) => PER_USER * user);
const bags = {
  rowStart,
  columns: Int32Array.from({ length: USERS * PER_USER }, (_, at) => (at * 7919) % ITEMS),
  weights: new Float32Array(USERS * PER_USER).fill(1),
};
const training = createAutoencoderTraining(
  { inputs: bags, targets: bags },
  { columns: ITEMS, items: ITEMS, hidden: 384, latent: 128, depth: 2 },
  { ...autoencoderDefaults, epochs: 1000, seed: 1, threads: 1 },
);
process.once('disconnect', () => process.exit()); // whoever wanted it is gone
process.send?.('ready');
await train(training, { epochs: 1000, now: () => performance.now() });
