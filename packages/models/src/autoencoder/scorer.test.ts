import { expect, test } from 'vitest';
import { bagsOf, groupedBags, shape, USERS } from './groups.fixture.ts';
import { createAutoencoderScorer } from './scorer.ts';
import { initialWeights } from './shape.ts';

const bags = groupedBags();
const model = { shape, weights: initialWeights(shape, 5) };

test("a user's latents and scores do not depend on who is scored beside them, nor on threads", async () => {
  const all = Int32Array.from({ length: USERS }, (_, user) => user);
  const whole = await createAutoencoderScorer(model, { batch: USERS, threads: 2 });
  const expected = await whole.score(bags, all);
  for (const batch of [1, 7]) {
    const alone = await createAutoencoderScorer(model, { batch, threads: 1 });
    for (const user of [0, 1, 50, USERS - 1]) {
      const { mu, scores } = await alone.score(bags, Int32Array.of(user));
      const { latent, items } = shape;
      expect(mu.slice(0, latent)).toEqual(expected.mu.slice(user * latent, (user + 1) * latent));
      expect(scores.slice(0, items)).toEqual(expected.scores.slice(user * items, (user + 1) * items));
    }
    await alone.close();
  }
  await whole.close();
});

test('an empty history has finite scores; weights count by their proportions only', async () => {
  const scorer = await createAutoencoderScorer(model, { batch: 3, threads: 1 });
  const some = bagsOf([[], [2, 4], [2, 4]]);
  some.weights.set([10, 10], 2);
  const { mu, scores } = await scorer.score(some, Int32Array.of(0, 1, 2));
  expect(scores.every(Number.isFinite)).toBe(true);
  const { latent } = shape;
  mu.slice(latent, 2 * latent).forEach((value, at) => expect(mu[2 * latent + at]).toBeCloseTo(value, 6));
  some.weights[0] = NaN;
  await expect(scorer.score(some, Int32Array.of(1))).rejects.toThrow('weight NaN');
  await expect(scorer.score(some, new Int32Array(4))).rejects.toThrow('4 users in a batch of 3');
  await scorer.close();
});

test('weights that are no numbers are an error, and a user who is not there', async () => {
  const weights = initialWeights(shape, 5);
  (weights['rowBias'] as Float32Array)[4] = Infinity;
  await expect(createAutoencoderScorer({ shape, weights }, { batch: 1, threads: 1 })).rejects.toThrow(
    'the weight rowBias[4] is Infinity',
  );
  const scorer = await createAutoencoderScorer(model, { batch: 2, threads: 1 });
  await expect(scorer.score(bags, Int32Array.of(0, USERS))).rejects.toThrow(`no user ${USERS} of ${USERS}`);
  await scorer.close();
});

test('a training that goes on does not change what is scored', async () => {
  const weights = initialWeights(shape, 5);
  const scorer = await createAutoencoderScorer({ shape, weights }, { batch: 1, threads: 1 });
  const before = (await scorer.score(bags, Int32Array.of(3))).scores.slice();
  for (const values of Object.values(weights)) values.fill(9);
  expect((await scorer.score(bags, Int32Array.of(3))).scores).toEqual(before);
  await scorer.close();
});
