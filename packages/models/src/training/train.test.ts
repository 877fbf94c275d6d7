import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { decodeCheckpoint, encodeCheckpoint } from './checkpoint.ts';
import { createRandom } from './random.ts';
import { type Progress, type Trainable, train } from './train.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** A walk of two numbers with momentum: its next step needs both arrays and the step's own random stream. */
const walk = (seed = 1): Trainable & { weights: { w: Float32Array } } => {
  const w = new Float32Array(2);
  const momentum = new Float64Array(2);
  return {
    fingerprint: 'a walk',
    stepsPerEpoch: 4,
    weights: { w },
    memory: { momentum },
    step: (epoch, step) => {
      const random = createRandom(seed, 1, epoch, step);
      for (let at = 0; at < 2; at += 1) {
        momentum[at] = 0.9 * (momentum[at] as number) + random.next() - 0.5;
        w[at] = (w[at] as number) + (momentum[at] as number);
      }
      return Promise.resolve({ loss: Math.abs(w[0] as number), events: 10 });
    },
  };
};
const scoreOf = (model: ReturnType<typeof walk>) => () =>
  Promise.resolve(-Math.abs((model.weights.w[0] as number) - 1));

describe('train', () => {
  test('stopped after any step and resumed from its bytes: the same bits, the same record', async () => {
    const whole = walk();
    const expected = await train(whole, { epochs: 3, validate: scoreOf(whole) });
    for (let stopAfter = 1; stopAfter < 12; stopAfter += 1) {
      const abort = new AbortController();
      let steps = 0;
      const first = walk();
      const onProgress = () => {
        steps += 1;
        if (steps === stopAfter) abort.abort();
      };
      const stopped = await train(first, { epochs: 3, validate: scoreOf(first), signal: abort.signal, onProgress });
      if (stopped.kind !== 'stopped') throw new Error('ran to its end');
      expect(steps).toBe(stopAfter);
      const second = walk();
      const resume = decodeCheckpoint(encodeCheckpoint(stopped.checkpoint));
      expect(await train(second, { epochs: 3, validate: scoreOf(second), resume })).toEqual(expected);
      expect(second.weights).toEqual(whole.weights);
      expect(second.memory).toEqual(whole.memory);
    }
  });

  test('the checkpoint that it goes on from is let go of when it is read', async () => {
    const abort = new AbortController();
    const stopped = await train(walk(), { epochs: 3, signal: abort.signal, onProgress: () => abort.abort() });
    if (stopped.kind !== 'stopped') throw new Error('ran to its end');
    const bytes = encodeCheckpoint(stopped.checkpoint);
    const held: WeakRef<object>[] = [];
    const resumed = () => {
      const resume = decodeCheckpoint(bytes);
      held.push(...Object.values(resume.arrays).map((array) => new WeakRef(array)));
      return resume;
    };
    const model = walk();
    const left: number[] = [];
    const step = async (epoch: number, at: number) => {
      await setImmediate();
      collectGarbage();
      left.push(held.filter((each) => each.deref() !== undefined).length);
      return model.step(epoch, at);
    };
    await train({ ...model, step }, { epochs: 1, resume: resumed() });
    expect(held.length).toBe(3);
    expect(left).toEqual([0, 0, 0]);
  });

  test('the model ends with the weights of its best epoch, and patience ends it early', async () => {
    const model = walk();
    const seen: number[] = [];
    const scores = [0.1, 0.5, 0.3, 0.4, 0.9];
    const outcome = await train(model, {
      epochs: 5,
      patience: 2,
      validate: (epoch) => {
        seen.push(model.weights.w[0] as number);
        return Promise.resolve(scores[epoch] as number);
      },
    });
    expect(outcome).toMatchObject({ kind: 'finished', bestEpoch: 1 });
    expect(outcome.epochs.map(({ score }) => score)).toEqual([0.1, 0.5, 0.3, 0.4]);
    expect(model.weights.w[0]).toBe(seen[1]);
  });

  test('progress: mean loss, speed and time left by the clock that is handed in', async () => {
    let ms = 0;
    const all: Progress[] = [];
    const options = { epochs: 2, now: () => ms, onProgress: (progress: Progress) => void all.push(progress) };
    const model = walk();
    const slow: Trainable = {
      ...model,
      step: (epoch, step) => {
        ms += 500;
        return Promise.resolve({ loss: epoch * 4 + step, events: 10 });
      },
    };
    await train(slow, options);
    expect(all).toHaveLength(8);
    expect(all[5]).toEqual({
      epoch: 1,
      epochs: 2,
      step: 2,
      stepsPerEpoch: 4,
      loss: 4.5,
      eventsPerSecond: 20,
      etaSeconds: 1,
    });
  });

  test('a loss that is no number stops the training and says where', async () => {
    const model: Trainable = {
      ...walk(),
      step: (_, step) => Promise.resolve({ loss: step === 2 ? NaN : 1, events: 1 }),
    };
    await expect(train(model, { epochs: 1 })).rejects.toThrow('epoch 0, step 2 is NaN');
    await expect(train(walk(), { epochs: 2, validate: () => Promise.resolve(NaN) })).rejects.toThrow(
      'the validation score of epoch 0 is NaN',
    );
  });

  test('checkpoints come every so many steps', async () => {
    const at: unknown[] = [];
    await train(walk(), { epochs: 2, checkpointSteps: 3, onCheckpoint: ({ position }) => void at.push(position) });
    expect(at).toMatchObject([
      { epoch: 0, step: 3 },
      { epoch: 1, step: 2 },
    ]);
  });
});

describe('a checkpoint', () => {
  const checkpoint = { fingerprint: 'a walk', position: { epoch: 1 }, arrays: { a: Float32Array.of(1, 2, 3) } };

  test('that is damaged, of another version or no checkpoint says so', () => {
    const bytes = encodeCheckpoint(checkpoint);
    for (const at of [13, 60, bytes.length - 9]) {
      const damaged = bytes.slice();
      damaged[at] = (damaged[at] as number) ^ 1;
      expect(() => decodeCheckpoint(damaged)).toThrow('damaged');
    }
    expect(() => decodeCheckpoint(bytes.slice(0, -1))).toThrow('damaged');
    expect(() => decodeCheckpoint(bytes.slice(0, 20))).toThrow('no checkpoint');
    expect(() => decodeCheckpoint(new Uint8Array(100))).toThrow('no checkpoint');
    const newer = bytes.slice();
    newer[4] = 2;
    expect(() => decodeCheckpoint(newer)).toThrow('version 2, this code reads 1');
  });

  test('of another training is refused', async () => {
    const resume = { ...checkpoint, fingerprint: 'a run' };
    await expect(train(walk(), { epochs: 1, resume })).rejects.toThrow('of a run, this training is of a walk');
    await expect(train(walk(), { epochs: 1, resume: checkpoint })).rejects.toThrow('no weights.w of 2 numbers');
  });
});
