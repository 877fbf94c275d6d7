import type { ModelRelease } from '@nextcart/contracts';
import { expect, test } from 'vitest';
import { findArtifact } from './released-models.ts';
import { Skipped } from './skipped.ts';

const record = (over: Partial<ModelRelease>): ModelRelease => ({
  ...{ releaseId: 'one', kind: 'released', at: 0, artifactUri: 'file:///one', artifactHash: 'a', trainingRange: {} },
  ...{ metrics: {}, decision: null, partition: null, fromOffset: null },
  ...over,
});

test('a release lies where its newest record says, also after it was rolled back', () => {
  const moved = record({ kind: 'promoted', artifactUri: 'file:///elsewhere' });
  const back = record({ kind: 'rolled_back', artifactUri: null, artifactHash: null });
  const artifact = { releaseId: 'one', uri: 'file:///elsewhere', hash: 'a' };
  expect(findArtifact([record({}), moved, back], 'one')).toEqual(artifact);
  const beside = record({ kind: 'interleaved', artifactUri: 'file:///elsewhere' });
  expect(findArtifact([record({}), beside], 'one')).toEqual(artifact);
});

test('one that was rejected, is not there, or was released with two artifacts can not be told', () => {
  expect(() => findArtifact([record({ kind: 'rejected' })], 'one')).toThrow(Skipped);
  expect(() => findArtifact([record({})], 'two')).toThrow(Skipped);
  expect(() => findArtifact([record({}), record({ artifactHash: 'b' })], 'one')).toThrow(/2 artifacts/);
});
