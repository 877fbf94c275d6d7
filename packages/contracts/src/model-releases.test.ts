import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  createReleaseLine,
  type ModelRelease,
  nameInForce,
  type ReleaseRecordKind,
  releaseRecordKinds,
} from './model-releases.ts';

const record = (releaseId: string, kind: ReleaseRecordKind): ModelRelease => ({
  ...{ releaseId, kind, at: 0, artifactUri: `file:///${releaseId}`, artifactHash: `hash of ${releaseId}` },
  ...{ trainingRange: {}, metrics: {}, decision: null, partition: null, fromOffset: null },
});
const inForceAfter = (...records: readonly (readonly [string, ReleaseRecordKind])[]) => {
  const line = createReleaseLine();
  for (const [releaseId, kind] of records) line.apply(record(releaseId, kind));
  return line.inForce()?.releaseId ?? null;
};

test('a rollback brings the one before back, and stays until somebody promotes what was rolled back', () => {
  expect(inForceAfter()).toBeNull();
  expect(inForceAfter(['a', 'rejected'], ['b', 'activated'])).toBeNull();
  expect(inForceAfter(['a', 'released'], ['b', 'released'])).toBe('b');
  expect(inForceAfter(['a', 'released'], ['b', 'released'], ['b', 'rolled_back'])).toBe('a');
  expect(inForceAfter(['a', 'released'], ['b', 'released'], ['b', 'rolled_back'], ['a', 'rolled_back'])).toBeNull();
  expect(inForceAfter(['a', 'released'], ['b', 'released'], ['a', 'promoted'])).toBe('a');
  expect(inForceAfter(['a', 'released'], ['b', 'released'], ['a', 'promoted'], ['a', 'rolled_back'])).toBe('b');
  expect(inForceAfter(['a', 'released'], ['a', 'rolled_back'], ['a', 'promoted'])).toBe('a');
});

test('what is in force is never what was rolled back last, and each release stands in the line once', () => {
  const step = fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom(...releaseRecordKinds));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      const line = createReleaseLine();
      const banned = new Set<string>();
      for (const [releaseId, kind] of steps) {
        line.apply({
          ...record(releaseId, kind),
          interleaving: { against: line.inForce()?.releaseId ?? '', share: 1 },
        });
        if (kind === 'rolled_back') banned.add(releaseId);
        if (kind === 'released' || kind === 'promoted') banned.delete(releaseId);
        const names = line.line().map((known) => known.releaseId);
        expect(new Set(names).size).toBe(names.length);
        for (const name of names) expect(banned).not.toContain(name);
        const both = line.interleaving();
        if (both !== null) expect(both.first).toEqual(line.inForce());
        expect(both?.second.releaseId).not.toBe(line.inForce()?.releaseId ?? '');
      }
    }),
  );
});

const interleaved = (second: string, against: string, share: number): ModelRelease => ({
  ...record(second, 'interleaved'),
  interleaving: { against, share },
});
/** What lists name after two releases, one and then two, which is in force, and these. */
const nameAfter = (...records: readonly (ModelRelease | readonly [string, ReleaseRecordKind])[]) => {
  const line = createReleaseLine();
  const served = [record('one', 'released'), record('two', 'released')];
  for (const each of [...served, ...records]) line.apply('kind' in each ? each : record(each[0], each[1]));
  return nameInForce(line);
};

test('another release is interleaved with the one in force until a person ends it, whatever share it was given since', () => {
  const line = createReleaseLine();
  for (const each of [record('one', 'released'), record('two', 'released'), interleaved('one', 'two', 1)])
    line.apply(each);
  const [first, second] = ['two', 'one'].map((releaseId) => ({
    ...{ releaseId, uri: `file:///${releaseId}`, hash: `hash of ${releaseId}` },
  }));
  expect(line.interleaving()).toEqual({ first, second, share: 1, name: 'two+one' });
  line.apply(interleaved('one', 'two', 0.2));
  expect(line.interleaving()).toMatchObject({ share: 0.2, name: 'two+one' });
  expect(line.inForce()?.releaseId).toBe('two');
  line.apply({ ...interleaved('one', 'two', 0), artifactUri: null, artifactHash: null });
  expect(line.interleaving()).toBeNull();
  expect(line.inForce()?.releaseId).toBe('two');
});

test('it ends when another release is in force, and when one of the two is taken back', () => {
  const on = interleaved('one', 'two', 1);
  expect(nameAfter(on)).toBe('two+one');
  expect(nameAfter(on, ['three', 'released'])).toBe('three');
  expect(nameAfter(on, ['three', 'released'], ['three', 'rolled_back'])).toBe('two');
  expect(nameAfter(on, ['one', 'promoted'])).toBe('one');
  expect(nameAfter(on, ['one', 'rolled_back'])).toBe('two');
  expect(nameAfter(on, ['two', 'rolled_back'])).toBe('one');
  expect(nameAfter(interleaved('never released', 'two', 1), ['never released', 'rolled_back'])).toBe('two');
  // what changes nothing of the two, ends nothing
  for (const kind of ['rejected', 'activated', 'rolled_back'] as const)
    expect(nameAfter(on, ['three', kind])).toBe('two+one');
  expect(nameAfter(on, ['two', 'promoted'])).toBe('two+one');
});

test('a word on another release in force, of itself, of no artifact or of no share changes nothing', () => {
  const on = interleaved('one', 'two', 0.5);
  expect(nameAfter(interleaved('one', 'zero', 1))).toBe('two');
  expect(nameAfter(interleaved('two', 'two', 1))).toBe('two');
  expect(nameAfter({ ...on, artifactHash: null })).toBe('two');
  expect(nameAfter({ ...on, interleaving: null })).toBe('two');
  for (const share of [-0.1, 1.1, Number.NaN]) expect(nameAfter(interleaved('one', 'two', share))).toBe('two');
  // the end of one that is over already does not end the next
  expect(nameAfter(on, interleaved('zero', 'two', 0))).toBe('two+one');
  expect(nameAfter(on, interleaved('one', 'zero', 0))).toBe('two+one');
});
