import { expect, test } from 'vitest';
import { createRandom } from '../training/random.ts';
import { bagsOf } from './bags.fixture.ts';
import { NO_ITEM, nextItemTargets } from './events.ts';
import { options, sequencesOf } from './patterns.fixture.ts';
import type { RecurrentShape } from './shape.ts';
import { createRecurrentTraining } from './training.ts';

const shape: RecurrentShape = {
  items: 9,
  features: 4,
  types: 2,
  gaps: 3,
  hours: 2,
  weekdays: 2,
  width: 6,
  blocks: 2,
  recurrence: 'linear',
  scale: 0,
  lags: 3,
};
const random = createRandom(9, 907);
const lists = Array.from({ length: 8 }, () =>
  Array.from({ length: 5 }, (_, at) => (at === 2 ? NO_ITEM : random.below(shape.items))),
);
const columnOf = (below: number) => lists.map((list) => list.map(() => random.below(below)));
const events = {
  ...sequencesOf(lists, columnOf(shape.types)),
  gaps: Uint8Array.from(columnOf(shape.gaps).flat()),
  hours: Uint8Array.from(columnOf(shape.hours).flat()),
  weekdays: Uint8Array.from(columnOf(2).flat()),
  tokens: bagsOf(lists.flat().map((item) => (item === NO_ITEM ? [1, 3] : []))),
};
const data = {
  events,
  targets: nextItemTargets(events, (type) => 1 + 2 * type),
  itemFeatures: bagsOf(Array.from({ length: shape.items }, (_, item) => [item % 3])),
};
const STEP = 5e-3;

/**
 * A step at rate 0 leaves the weights and its draws as they are, so that its loss is a function of the weights; Adam's
 * first moment after a first step is (1 − β₁) = a tenth of the gradient.
 */
test.each([0, 8])(
  'the whole step, draws and masks included: every weight by finite differences, scale %d',
  async (scale) => {
    const training = createRecurrentTraining(
      data,
      { ...shape, scale },
      {
        ...options,
        lanes: 4,
        times: 5,
        dropout: { events: 0.3, blocks: 0.3 },
        smoothing: 0.1,
        softmax: { kind: 'sampled', draws: 3, exponent: 0.5 },
        rate: { from: 0, to: 0 },
        tables: { optimiser: 'adam', from: 0, to: 0 },
        clip: 1e9,
      },
    );
    // a cross of zeros would hide its sign
    training.weights['cross']?.forEach((_, at, cross) => void (cross[at] = 0.2 * Math.cos(at)));
    const lossNow = async () => (await training.step(0, 0)).loss;
    await lossNow();
    const names = Object.keys(training.weights);
    const dense = names.filter((name) => !['table', 'context', 'cross', 'bias'].includes(name));
    const momentOf = (name: string): Float32Array | Float64Array => {
      const key = dense.includes(name) ? `dense.first.${dense.indexOf(name)}` : `${name}.first`;
      return (training.memory[key] as Float32Array).slice();
    };
    const moments = new Map(names.map((name) => [name, momentOf(name)]));
    for (const name of names) {
      const weights = training.weights[name] as Float32Array;
      const stride = dense.includes(name) ? Math.max(1, Math.floor(weights.length / 4)) : 1;
      let seen = 0;
      for (let at = 0; at < weights.length; at += stride) {
        const before = weights[at] as number;
        const at2 = async (shift: number) => {
          weights[at] = before + shift;
          return { weight: weights[at] as number, loss: await lossNow() };
        };
        const [up, down] = [await at2(STEP), await at2(-STEP)];
        weights[at] = before;
        const numeric = (up.loss - down.loss) / (up.weight - down.weight);
        const exact = 10 * (moments.get(name)?.[at] as number);
        expect(Math.abs(numeric - exact), `d/d${name}[${at}]: ${exact}, by differences ${numeric}`).toBeLessThan(
          2e-3 * Math.max(1, Math.abs(exact)),
        );
        seen = Math.max(seen, Math.abs(exact));
      }
      expect(seen, name).toBeGreaterThan(1e-4);
    }
    await training.close();
  },
);
