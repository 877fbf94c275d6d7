import type { ReleaseArtifact } from '@nextcart/contracts';
import type { ReleaseModels } from '@nextcart/ranking';
import { createLogger } from '@nextcart/runtime';
import { expect, test } from 'vitest';
import { createReleaseLoader } from './release-loader.ts';

const releaseOf = (name: string): ReleaseArtifact => ({
  releaseId: name,
  uri: `file:///${name}`,
  hash: `hash of ${name}`,
});

const openLoader = () => {
  let now = 0;
  const asked: number[] = [];
  const loader = createReleaseLoader({
    load: async ({ releaseId }) => {
      asked.push(now);
      if (releaseId === 'broken') throw new Error('cut short');
      return {} as ReleaseModels;
    },
    clock: { now: () => now, monotonic: () => now, sleep: async () => undefined },
    log: createLogger('test', 'silent'),
    what: 'is in force',
  });
  /** Looks every second, as the switch does, for so many seconds. */
  const look = async (name: string, seconds: number, atWork?: () => void) => {
    for (const end = now + seconds * 1000; now < end; now += 1000)
      if ((await loader.load(releaseOf(name))) !== null) atWork?.();
  };
  return { asked, loader, look };
};

test('a release that can not be loaded is tried again after 10 s, then seldom and seldomer, at last every two minutes', async () => {
  const { asked, look } = openLoader();
  await look('broken', 60 * 60);
  const waits = asked.slice(1).map((at, i) => (at - (asked[i] as number)) / 1000);
  expect(waits.slice(0, 8)).toEqual([10, 20, 40, 80, 120, 120, 120, 120]);
  expect(Math.max(...waits)).toBe(120);
});

test('one that loads and fails at work at once is left alone for longer each time, too', async () => {
  const { asked, loader, look } = openLoader();
  await look('failing', 200, () => loader.refuse(releaseOf('failing')));
  expect(asked).toEqual([0, 10_000, 30_000, 70_000, 150_000]);
});

test('another release does not wait, and what served for long begins with 10 s again', async () => {
  const { asked, loader, look } = openLoader();
  await look('broken', 60);
  asked.length = 0;
  expect(await loader.load(releaseOf('whole'))).not.toBeNull();
  expect(asked).toHaveLength(1);
  loader.refuse(releaseOf('whole'));
  await look('whole', 3600); // served meanwhile
  asked.length = 0;
  loader.refuse(releaseOf('whole'));
  await look('whole', 11);
  expect(asked).toHaveLength(1);
});
