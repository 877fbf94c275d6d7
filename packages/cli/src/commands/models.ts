import { userInfo } from 'node:os';
import { readModelRun, readModelRuns } from '@nextcart/clickhouse';
import { NextcartError } from '@nextcart/contracts';
import { systemClock } from '@nextcart/runtime';
import { Command, Option } from 'commander';
import { type Connections, interrupted, withConnections } from '../connect.ts';
import { cancelTraining } from '../models/cancel-training.ts';
import { type Changed, promote, rollBack } from '../models/change-release.ts';
import { completeId, releaseIds } from '../models/find-release.ts';
import { followCycle } from '../models/follow-cycle.ts';
import { endInterleaving, interleave } from '../models/interleave-releases.ts';
import { listJobs } from '../models/list-jobs.ts';
import { listModels, type ModelLine } from '../models/list-models.ts';
import { liveHoldOut } from '../models/live-hold-out.ts';
import { openTrainingQueue } from '../models/open-training-queue.ts';
import { readReleases } from '../models/read-releases.ts';
import { renderJobs } from '../models/render-jobs.ts';
import { renderModel, renderModels } from '../models/render-models.ts';
import { openCycleQueue } from '../models/training-queue.ts';
import { paint, say, warn } from '../print.ts';
import { wholeNumber } from '../whole-number.ts';

/** How long scorers are waited for; they take a release over within some seconds. */
const ACTIVATION_MS = 10_000;

const shareOf = (text: string): number => {
  const value = Number(text);
  if (text !== '' && value > 0 && value <= 1) return value;
  throw new Error(`--share takes a share of the subjects above 0, up to 1, not '${text}'`);
};

const topicOf = ({ kafka, registry }: Connections) => ({ kafka: kafka(), registry: registry() });

const list = (options: { limit: number; json?: true }) =>
  withConnections(async (connections) => {
    const runs = await readModelRuns(connections.store(), { limit: options.limit });
    const releases = await readReleases(topicOf(connections));
    const lines = await listModels(connections.artifacts(), runs, releases, { limit: options.limit });
    if (options.json) say(JSON.stringify(lines, null, 2));
    else for (const line of renderModels(lines)) say(line);
  });

const show = (begun: string, options: { json?: true }) =>
  withConnections(async (connections) => {
    const releases = await readReleases(topicOf(connections));
    const newest = await readModelRuns(connections.store(), { limit: 1000 });
    const known = [...new Set([...newest.map(({ release }) => release).toReversed(), ...releaseIds(releases)])];
    const release = completeId(known, begun);
    const run = await readModelRun(connections.store(), release);
    const [line] = await listModels(connections.artifacts(), run ? [run] : [], releases, { only: release });
    if (line === undefined) throw new Error(`nothing is known of ${release}`);
    if (options.json) say(JSON.stringify(line, null, 2));
    else for (const text of [...renderModel(line), ...(await liveOf(connections, line))]) say(text);
  });

const liveOf = ({ env, store }: Connections, line: ModelLine) => {
  const holdOut = { share: env.SCORER_HOLD_OUT, salt: env.SCORER_HOLD_OUT_SALT };
  return liveHoldOut({ store: store(), clock: systemClock, holdOut }, line);
};

const tellChange = ({ from, to, activation: { active, partitions, seconds } }: Changed) => {
  if (to === from) return say(`in force: ${to ?? 'none'}, as before`);
  say(`in force: ${to ?? 'none, lists are made without models'} (before: ${from ?? 'none'})`);
  if (active.length === partitions)
    return say(paint('green', `all ${partitions} partitions rank by it, after ${seconds.toFixed(2)} s`));
  const missing = Array.from({ length: partitions }, (_, p) => p).filter((p) => !active.includes(p));
  throw new NextcartError(
    'internal',
    `after ${seconds.toFixed(0)} s ${missing.length} of ${partitions} partitions do not rank by it yet: ${missing.join(', ')}`,
    {
      retry: true,
      cure: 'look whether their scorers run, and at what their health says of the release (nextcart doctor)',
    },
  );
};

const change = (act: (deps: Parameters<typeof promote>[0], by: string) => Promise<Changed>) =>
  withConnections(async (connections) => {
    const deps = {
      ...topicOf(connections),
      artifacts: connections.artifacts(),
      clock: systemClock,
      timeoutMs: ACTIVATION_MS,
    };
    tellChange(await act(deps, userInfo().username));
  });

/** Opens the trainers' queue, and closes it in the end. */
const withQueue = <Q extends { close(): Promise<void> }>(
  open: (url: string, prefix: string) => Promise<Q>,
  act: (queue: Q, connections: Connections) => Promise<void>,
) =>
  withConnections(async (connections) => {
    const { env } = connections;
    if (env.REDIS_URL === undefined)
      throw new Error('REDIS_URL is not set: it names the Redis of the trainers, such as redis://127.0.0.1:6379');
    const queue = await open(env.REDIS_URL, env.TRAINER_QUEUE_PREFIX);
    try {
      await act(queue, connections);
    } finally {
      await queue.close();
    }
  });

const jobs = (options: { failed: number; json?: true }) =>
  withQueue(openTrainingQueue, async ({ queue }) => {
    const lines = await listJobs(queue, options);
    if (options.json) say(JSON.stringify(lines, null, 2));
    else for (const line of renderJobs(lines)) say(line);
  });

const cancel = (begun: string) =>
  withQueue(openTrainingQueue, async ({ queue }) => {
    const { id, how, endsToo } = await cancelTraining(queue, begun);
    if (how === 'removed') return say(`${id} was removed: nobody had begun it`);
    say(`${id} is cancelled: its trainer ends it within seconds, one that waits when a trainer takes it`);
    if (endsToo !== null) say(`its cycle ends with it: ${endsToo}`);
  });

interface TrainOptions {
  readonly full?: true;
  readonly like?: string;
  readonly wait?: true;
  readonly epochs: number;
  readonly minutes: number;
  readonly seed: number;
}

const train = (options: TrainOptions) =>
  withQueue(openCycleQueue, async (queue, connections) => {
    const like =
      options.like === undefined
        ? undefined
        : completeId(releaseIds(await readReleases(topicOf(connections))), options.like);
    const mode = options.full ? 'full' : 'warm';
    const budget = { epochs: options.epochs, seconds: options.minutes * 60 };
    const planId = await queue.plan(like === undefined ? { mode, seed: options.seed, budget } : { like });
    if (!options.wait)
      return say(
        `a ${like === undefined ? mode : 'repeated'} cycle was asked for (job ${planId}); how it goes: nextcart models jobs, what becomes of it: nextcart models list`,
      );
    const result = await followCycle({ queue, clock: systemClock, signal: interrupted(), tell: warn }, planId);
    const isAgain = like !== undefined && result.hash !== null;
    const what = isAgain ? 'trained again' : VERDICTS[result.verdict];
    say(`${result.release}: ${paint(result.verdict === 'pass' ? 'green' : 'yellow', what)}`);
    for (const reason of result.reasons) say(`  ${reason}`);
    if (result.verdict === 'reject' && !isAgain) process.exitCode = 1;
  });

const VERDICTS = { pass: 'released', reject: 'rejected', wait: 'not decided yet' } as const;

/** `nextcart models`: what was trained, what serves, and changing it. */
export const modelsCommand = (): Command =>
  new Command('models')
    .description('trained models: what the gate said of them, which one is in force, and changing it')
    .addHelpText(
      'after',
      `
Examples:
  nextcart models                      what was trained, newest first, and which one is in force
  nextcart models show release-3f2a    figures with intervals, the gate's words, where it took force (a beginning of the id is enough)
  nextcart models rollback             the release before the one in force serves again
  nextcart models promote release-3f2a a release that served before, or was passed over
  nextcart models interleave release-3f2a
                                       who is preferred, it or the one in force: nextcart attribution tells as it goes
  nextcart models interleave off       lists are by the one in force alone again
  nextcart models train --full --wait  trains from nothing and shows how it goes, up to the gate's words
  nextcart models train --like release-3f2a --wait
                                       trains that release again: the same behaviour, seed and settings, the same weights
  nextcart models jobs                 what trainers do, what waits for them, and what failed with its reason
  nextcart models cancel release-3f2a  ends a cycle with its trainings; lists go on by the release in force
`,
    )
    .addCommand(
      new Command('list')
        .description('cycles of training, newest first: the measure, what the gate said, which one is in force')
        .option('--limit <n>', 'how many', wholeNumber('--limit'), 20)
        .option('--json', 'as JSON, with all that is known')
        .action(list),
      { isDefault: true },
    )
    .addCommand(
      new Command('show')
        .description('all that is known of one')
        .argument('<id>', 'its id, or the beginning of it')
        .option('--json', 'as JSON')
        .action(show),
    )
    .addCommand(
      new Command('promote')
        .description('put a release in force on every scorer, whatever the gate thinks of what came after it')
        .argument('<id>', 'its id, or the beginning of it')
        .action((id: string) => change((deps, by) => promote(deps, id, by))),
    )
    .addCommand(
      new Command('rollback')
        .description('take a release out of force; the one before it serves again, or none')
        .argument('[id]', 'its id, or the beginning of it (default: the one in force)')
        .action((id: string | undefined) => change((deps, by) => rollBack(deps, id, by))),
    )
    .addCommand(
      new Command('interleave')
        .description(
          'draft lists out of the release in force and another in turns, until another is in force or one is taken back',
        )
        .argument('<id>', "the other one's id, or the beginning of it; 'off' ends it")
        .option('--share <part>', 'of the subjects, drawn by a hash', shareOf, 1)
        .action((id: string, { share }: { share: number }) =>
          change((deps, by) => (id === 'off' ? endInterleaving(deps, by) : interleave(deps, id, share, by))),
        ),
    )
    .addCommand(
      new Command('train')
        .description(
          'ask the trainers for a cycle now: from the release in force on, from nothing, or like one of before',
        )
        .option('--full', 'from nothing, over all that there is')
        .addOption(
          new Option(
            '--like <release>',
            'again what made a release, by the beginning of its id: its behaviour, seed and settings; for comparison, it is not put in force',
          ).conflicts(['full', 'epochs', 'minutes', 'seed']),
        )
        .option('--wait', 'show how it goes, and what the gate says; exits 1 where it is rejected')
        .option('--epochs <n>', 'of a full training', wholeNumber('--epochs'), 8)
        .option('--minutes <n>', 'that each of its trainings may take', wholeNumber('--minutes'), 120)
        .option('--seed <n>', 'the same behaviour and seed give the same models', wholeNumber('--seed'), 1)
        .action(train),
    )
    .addCommand(
      new Command('jobs')
        .description('jobs of the trainers: what runs, waits, comes later or failed, and why; newest first in each')
        .option('--failed <n>', 'how many of those that failed', wholeNumber('--failed'), 20)
        .option('--json', 'as JSON, with whole reasons')
        .action(jobs),
    )
    .addCommand(
      new Command('cancel')
        .description('end a job of the trainers; a cycle, with its trainings, by its release job')
        .argument('<id>', 'its id, or the beginning of it (see: nextcart models jobs)')
        .action(cancel),
    );
