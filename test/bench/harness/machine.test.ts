import { expect, test } from 'vitest';
import { describeMachine, describeVersions } from './machine.ts';

test('every version that decides a figure is known, wherever its package or constant lies now', () => {
  const { java: _mayBeMissing, ...versions } = describeVersions();
  expect(Object.keys(versions)).toEqual(['node', 'v8', 'kafka', 'kafkajs', 'chdb', 'onnxruntime']);
  for (const [name, version] of Object.entries(versions)) expect(version, name).toMatch(/^v?\d+\.\d+/);
});

test('the machine is told by what it is, not by its name', () => {
  expect(Object.keys(describeMachine())).toEqual(['cpu', 'cores', 'memory_gib', 'system']);
});
