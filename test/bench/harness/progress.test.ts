import { expect, test } from 'vitest';
import { createProgress } from './progress.ts';

test('progress tells the time left from the rate so far, and not oftener than every two seconds', () => {
  const lines: string[] = [];
  let now = 0;
  const progress = createProgress({ write: (text) => lines.push(text) }, 'filling', 1000, 'events', () => now);
  now = 10_000;
  progress.at(250);
  now = 11_000;
  progress.at(300);
  now = 12_000;
  progress.at(500);
  expect(lines).toEqual([
    '  filling: 250 of 1,000 events (25 %), 30 s left\n',
    '  filling: 500 of 1,000 events (50 %), 12 s left\n',
  ]);
});
