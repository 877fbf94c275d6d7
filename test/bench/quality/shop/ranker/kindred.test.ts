import { expect, test } from 'vitest';
import { collectLog } from '../collect-log.ts';
import { otherMakeSource } from '../other-make.ts';
import { shelfOf } from '../other-shelf.ts';
import { amongKindred, GROUPS, kindredOf } from './kindred.ts';

test('items of one mood, which nothing that is known of them tells, are kindred', async () => {
  const size = { seed: 3, users: 900, items: 180, days: 16 };
  const log = collectLog(otherMakeSource(size), { testDays: 4, tasks: [], needs: { subjects: 0, deeds: 3 } });
  const groupOf = await kindredOf(log.test.known);
  const moods = shelfOf(size).map(({ mood }) => mood);
  let ofTheMost = 0;
  for (let group = 0; group < GROUPS; group += 1) {
    const own = moods.filter((_, item) => groupOf[item] === group);
    ofTheMost += Math.max(0, ...own.map((mood) => own.filter((other) => other === mood).length));
  }
  expect(ofTheMost / moods.length).toBeGreaterThan(0.8);
});

test('chances among kindred sum to 1 in each group, and keep their order', () => {
  const chances = [0.1, 0.3, 0.2, 0.4];
  const into = new Float32Array(4);
  amongKindred(Float32Array.from(chances, Math.log), Int32Array.of(0, 1, 0, 1), into);
  const among = [0.1 / 0.3, 0.3 / 0.7, 0.2 / 0.3, 0.4 / 0.7];
  for (const [item, chance] of among.entries()) expect(Math.exp(into[item] as number)).toBeCloseTo(chance, 5);
});
