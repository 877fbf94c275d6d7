import { createItemIndex, createReleaseLine, type ModelRelease, type ReleaseRecordKind } from '@nextcart/contracts';
import { createCatalogFeatures, defaultConfiguration, type ReleaseModels } from '@nextcart/ranking';
import { createLogger, createMetrics } from '@nextcart/runtime';
import { beforeEach, expect, test } from 'vitest';
import { createModelAsker } from './ask-models.ts';
import { createEngine } from './engine.ts';
import { homeOf } from './home.fixture.ts';
import { createReleaseLoader } from './release-loader.ts';
import { createScorerMetrics } from './scorer-metrics.ts';
import { createSecondReleaseSwitch } from './second-release-switch.ts';
import { createSubject } from './subject.ts';

const log = createLogger('test', 'silent');
const home = homeOf();
const asked = [
  {
    work: {
      ...{ subject: createSubject('anna', home), triggers: [], laterFrom: Infinity },
      ...{ forced: false, visitEnded: false, extra: [] },
    },
    request: {} as never,
  },
];

/** Stands for two releases' models, the second's failing at work; closed ones and activations are noted. */
const openSwitch = () => {
  const index = createItemIndex();
  const features = createCatalogFeatures({ index, catalog: { item: () => undefined } });
  const engine = createEngine({ index, features, configuration: defaultConfiguration });
  const closed: string[] = [];
  const told: string[] = [];
  const loaded: string[] = [];
  let now = 0;
  const clock = { now: () => now, monotonic: () => now, sleep: () => Promise.resolve() };
  const modelsOf = (release: string): ReleaseModels => ({
    ...{ release, hash: `hash of ${release}`, weights: {} },
    opine: async () => {
      if (release === 'second') throw new Error('out of memory');
      return [{} as never];
    },
    close: async () => void closed.push(release),
  });
  const line = createReleaseLine();
  const say = (releaseId: string, kind: ReleaseRecordKind, interleaving: ModelRelease['interleaving'] = null) =>
    line.apply({
      ...{ releaseId, kind, at: 0, artifactUri: 'file:///r', artifactHash: `hash of ${releaseId}`, interleaving },
      ...{ trainingRange: {}, metrics: {}, decision: null, partition: null, fromOffset: null },
    });
  const loader = createReleaseLoader({
    load: async ({ releaseId }) => {
      loaded.push(releaseId);
      return modelsOf(releaseId);
    },
    ...{ clock, log, what: 'is to be interleaved' },
  });
  const tell = async (_: unknown, release: string) => {
    told.push(release);
    return true;
  };
  const second = createSecondReleaseSwitch({
    ...{ follower: { line }, loader, engine, log, tell, homes: () => [home] },
    loop: { between: (job) => job() },
  });
  const holdOut = { share: 0, salt: '' };
  const asker = createModelAsker({ engine, log, metrics: createScorerMetrics(createMetrics('scorer')), holdOut });
  say('one', 'released');
  engine.useModels(modelsOf('one'));
  return {
    ...{ engine, closed, told, loaded, say, loader, second, asker, modelsOf },
    after: (ms: number) => (now += ms),
  };
};

let at: ReturnType<typeof openSwitch>;
beforeEach(() => {
  at = openSwitch();
});

test('models that fail at work are closed and left alone for some seconds, and lists go on without them', async () => {
  at.say('second', 'interleaved', { against: 'one', share: 1 });
  await at.second.look();
  expect(at.engine.second?.name).toBe('one+second');
  const said = await at.asker.ask(asked, true);
  expect(said.size).toBe(1);
  expect((await at.asker.askSecond(said)).size).toBe(0);
  expect(at.engine.second).toBeNull();
  expect(at.engine.release).toBe('one');
  expect(at.closed).toEqual(['second']);
  await at.second.look();
  await at.second.look();
  expect(at.loader.trouble()).toContain('release second is to be interleaved and its models failed');
  expect(at.loaded).toEqual(['second']);
  at.after(10_001);
  await at.second.look();
  expect(at.engine.second?.name).toBe('one+second');
  expect(at.loader.trouble()).toBe('');
});

test('another share keeps the models, another word closes them, and each is told before it is', async () => {
  at.say('second', 'interleaved', { against: 'one', share: 1 });
  await at.second.look();
  at.say('second', 'interleaved', { against: 'one', share: 0.5 });
  await at.second.look();
  expect(at.engine.second).toMatchObject({ name: 'one+second', share: 0.5 });
  expect(at.closed).toEqual([]);
  at.say('third', 'interleaved', { against: 'one', share: 1 });
  await at.second.look();
  expect(at.engine.second?.name).toBe('one+third');
  at.say('third', 'interleaved', { against: 'one', share: 0 });
  await at.second.look();
  await at.second.look();
  expect(at.closed).toEqual(['second', 'third']);
  expect(at.told).toEqual(['one+second', 'one+second', 'one+third', 'one']);
  // where the one in force could not be taken over, nothing is drafted out of another
  at.say('other', 'released');
  at.say('third', 'interleaved', { against: 'other', share: 1 });
  await at.second.look();
  expect(at.engine.second).toBeNull();
  expect(at.loaded).toEqual(['second', 'third']);
});

test('a release that was ended because another came in force did not fail: it is interleaved with that one at once', async () => {
  at.say('second', 'interleaved', { against: 'one', share: 1 });
  await at.second.look();
  // both said while the other was loaded
  at.say('other', 'released');
  at.say('second', 'interleaved', { against: 'other', share: 1 });
  at.engine.useModels(at.modelsOf('other'));
  await at.second.look();
  expect(at.loader.trouble()).toBe('');
  expect(at.engine.second?.name).toBe('other+second');
});
