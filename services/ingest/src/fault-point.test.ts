import { expect, test } from 'vitest';
import { createFaultPoint, parseCrash } from './fault-point.ts';

test('a crash comes at the named point, the nth time, once', () => {
  let crashes = 0;
  const reach = createFaultPoint(parseCrash('inserted:2'), () => (crashes += 1));
  reach('inserted');
  reach('planned');
  expect(crashes).toBe(0);
  reach('inserted');
  reach('inserted');
  expect(crashes).toBe(1);
  expect(() => parseCrash('nowhere:1')).toThrow('expected one of planned');
  expect(() => parseCrash('planned:0')).toThrow('INGEST_CRASH_AT');
});
