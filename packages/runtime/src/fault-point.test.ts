import { expect, test } from 'vitest';
import { createFaultPoint, parseCrash } from './fault-point.ts';

const points = ['planned', 'inserted'] as const;

test('a crash comes at the named point, the nth time, once', () => {
  let crashes = 0;
  const reach = createFaultPoint(parseCrash(points, 'inserted:2'), () => (crashes += 1));
  reach('inserted');
  reach('planned');
  expect(crashes).toBe(0);
  reach('inserted');
  reach('inserted');
  expect(crashes).toBe(1);
});

test('a point that is none is refused with the names of those that are', () => {
  expect(() => parseCrash(points, 'nowhere:1')).toThrow('expected one of planned, inserted');
  expect(() => parseCrash(points, 'planned:0')).toThrow("no fault point 'planned:0'");
});
