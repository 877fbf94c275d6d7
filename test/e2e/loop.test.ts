/** The loop as a person sees it: a shop lives, models come of what it did, and are taken back and put in force again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { recommendationListCodec, STRANGERS_KEY, topics, WIRE_HEADER_BYTES } from '@nextcart/contracts';
import { createKafka, type Kafka } from '@nextcart/kafka';
import { repoRoot } from '@nextcart/local';
import { createLogger, systemClock } from '@nextcart/runtime';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cli } from '../support/cli.ts';
import { readWithPython, sendFromPython } from '../support/outside-clients.ts';
import { type System, startSystem } from '../support/system.ts';

/**
 * 135,000 events at once, then 50 a second. In so hurried a shop all is one visit, and where a list can show a whole
 * category (22 items of 800) whoever does has half of what can be had by chance; of 2,000 something is left to be known.
 */
const SHOP = ['--users', '2000', '--items', '2000', '--rate', '50', '--past', '45m', '--seed', '7'];
/** One cycle, as soon as there is something to learn from. The gate decides as ever, over the buyers that so small a shop has. */
const TRAINER = { TRAINER_WATCH_S: '1', TRAINER_FIRST_EVENTS: '115000', TRAINER_MIN_SUBJECTS: '60' };
/** Of the log that is measured over: twice as much as usual, so that chance does not decide what is said of the models. */
const SLICE_SHARE = 0.2;
/** Seconds where nothing else runs. */
const PATIENT = { timeout: 120_000, interval: 500 };
const SLOW_MS = 300_000;
const LEARNING_MS = 600_000;
const NEXTCART = [join(repoRoot, 'packages', 'cli', 'src', 'main.ts')];
const PASSER_BY = 'passer-by';
/** From the command to lists by the other release. */
const SWITCH_S = 5;

interface ModelLine {
  readonly release: string;
  readonly inForce: boolean;
  readonly verdict: string;
  readonly run: { readonly reasons: readonly string[] } | null;
}

let settingsDir: string;
let system: System;
let shop: ChildProcess;
let kafka: Kafka;
let release: string;
/** Whether anything was told of a release. */
let isDecided = false;
/** Somebody whom the shop's log knows. */
let somebody: string | undefined;
/** The release of the newest list of the test's own visitor. */
let listedBy: string | undefined;
/** Of the list for strangers, in the order of the log: whether it was there. */
const strangers: boolean[] = [];

beforeAll(async () => {
  settingsDir = mkdtempSync(join(tmpdir(), 'nextcart-loop-'));
  system = await startSystem({ ...TRAINER, TRAINER_SETTINGS_FILE: writeSettings(join(settingsDir, 'training.json')) });
  kafka = createKafka({
    connection: { brokers: [system.stack.urls.kafkaBrokers], clientId: 'e2e' },
    log: createLogger('test', 'error'),
    clock: systemClock,
  });
  const codec = recommendationListCodec();
  const decode = (value: Buffer) => codec.decode(value.subarray(WIRE_HEADER_BYTES));
  await kafka.tail({
    topic: topics.recommendations.name,
    from: 'start',
    onRecords: async (_partition, records) => {
      for (const { key, value } of records) {
        const subject = key?.toString();
        if (subject === STRANGERS_KEY) strangers.push(value !== null);
        else if (subject === PASSER_BY) listedBy = value === null ? undefined : decode(value).release;
        else if (subject?.startsWith('u')) somebody ??= subject;
      }
    },
  });
  await kafka.tail({
    topic: topics.modelReleases.name,
    from: 'start',
    onRecords: async () => {
      isDecided = true;
    },
  });
  const log = openSync(join(system.stack.dataDir, 'logs', 'simulate.log'), 'a');
  shop = spawn(process.execPath, [...NEXTCART, 'simulate', ...SHOP], { env: system.env, stdio: ['ignore', log, log] });
  closeSync(log);
}, SLOW_MS);
afterAll(async () => {
  if (shop?.exitCode === null) {
    shop.kill('SIGKILL');
    await once(shop, 'exit');
  }
  await kafka?.close();
  await system?.stop();
  rmSync(settingsDir, { recursive: true, force: true });
}, SLOW_MS);

/** The product's, but for the slice. */
const writeSettings = (file: string): string => {
  const settings = JSON.parse(readFileSync(join(repoRoot, 'services/trainer/training.json'), 'utf8'));
  const { sliceShare } = settings.cycle;
  settings.cycle.sliceShare = { ...sliceShare, full: SLICE_SHARE };
  writeFileSync(file, JSON.stringify(settings));
  return file;
};

/** What `nextcart` says; an error where it does not end well. */
const nextcart = async (...args: string[]): Promise<string> => {
  const { code, stdout, stderr } = await cli(system, args);
  expect(code, `nextcart ${args.join(' ')}: ${stdout}${stderr}`).toBe(0);
  return stdout;
};

/** Somebody looks at something until the list that they get for it is by this release. */
const comesToBe = (wanted: string) => expect.poll(lookAround, PATIENT).toBe(wanted);
const lookAround = async (): Promise<string | undefined> => {
  const itemId = `p0000${1 + (looks++ % 9)}`;
  const look = { eventId: randomUUID(), eventTime: Date.now(), eventType: 'view', visitorId: PASSER_BY, itemId };
  await sendFromPython(system, [look]);
  return listedBy;
};
let looks = 0;

const secondsOf = (told: string): number => Number(/all 4 partitions rank by it, after ([\d.]+) s/.exec(told)?.[1]);

test(
  'a release comes of what people did: it passes the gate, takes force, and lists name it',
  async () => {
    // its past is sent where nothing is on the log yet
    await expect.poll(() => somebody, PATIENT).toBeDefined();
    await comesToBe('untrained');
    await expect.poll(() => isDecided, { ...PATIENT, timeout: LEARNING_MS }).toBe(true);
    for (let isInForce = false; !isInForce; ) {
      const [line] = JSON.parse(await nextcart('models', 'list', '--json')) as ModelLine[];
      expect(line?.verdict, line?.run?.reasons.join('\n')).toBe('pass');
      ({ release, inForce: isInForce } = line as ModelLine);
    }
    await comesToBe(release);
    expect((await readWithPython(system, PASSER_BY, { seconds: 30 }))?.release).toBe(release);
  },
  2 * LEARNING_MS,
);

test(
  'it can be asked what the gate said of it, what people want, and what its lists led to',
  async () => {
    const shown = await nextcart('models', 'show', release.slice(0, 12));
    for (const word of ['in force', 'full training', 'NDCG@20 candidate', 'beats trending', 'recurrent', 'activated'])
      expect(shown).toContain(word);

    // what `npm start` shows below its list
    const live = spawn(process.execPath, [...NEXTCART, 'watch', '--demo', '--loop'], { env: system.env });
    try {
      let page = '';
      live.stdout.setEncoding('utf8').on('data', (text: string) => (page += text));
      const told = `${release} passed the gate: NDCG@20 0\\.\\d{4}; \\+\\S+ … \\+\\S+ over lists without models; 4 partitions`;
      await expect.poll(() => stripVTControlCharacters(page), PATIENT).toMatch(new RegExp(told));
    } finally {
      live.kill('SIGKILL');
    }

    // they come after the release
    const needs = new RegExp(`needs by release ${release}[^]*strongest of[^]*segments`);
    await expect
      .poll(() => cli(system, ['needs', '--top', '3']), PATIENT)
      .toMatchObject({ code: 0, stdout: expect.stringMatching(needs) });
    expect(await nextcart('needs', somebody as string)).toMatch(/segment: .+ of all\)\n[^]* sd /);

    await expect
      .poll(() => nextcart('attribution', '--by', 'release'), PATIENT)
      .toMatch(new RegExp(`CTR[^]*${release} +[1-9]`));
  },
  SLOW_MS,
);

test(
  'rolled back, lists are made without it within seconds; promoted, by it again',
  async () => {
    const back = await nextcart('models', 'rollback');
    expect(back).toContain('in force: none, lists are made without models');
    expect(secondsOf(back)).toBeLessThan(SWITCH_S);
    await comesToBe('untrained');
    expect(await nextcart('models')).toMatch(/rolled back[^]*in force: none/);

    const again = await nextcart('models', 'promote', release.slice(0, 12));
    expect(secondsOf(again)).toBeLessThan(SWITCH_S);
    await comesToBe(release);
  },
  SLOW_MS,
);

test('all the while there was a list for strangers', async () => {
  const list = await readWithPython(system, STRANGERS_KEY, { seconds: 30 });
  expect(list?.items.length).toBeGreaterThan(0);
  expect(strangers.length).toBeGreaterThan(0);
  expect(strangers).not.toContain(false);
});
