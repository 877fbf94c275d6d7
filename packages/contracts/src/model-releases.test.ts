import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createReleaseLine, type ModelRelease, type ReleaseRecordKind, releaseRecordKinds } from './model-releases.ts';

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
        line.apply(record(releaseId, kind));
        if (kind === 'rolled_back') banned.add(releaseId);
        if (kind === 'released' || kind === 'promoted') banned.delete(releaseId);
        const names = line.line().map((known) => known.releaseId);
        expect(new Set(names).size).toBe(names.length);
        for (const name of names) expect(banned).not.toContain(name);
      }
    }),
  );
});
