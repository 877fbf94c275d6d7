import { UNTRAINED } from '@nextcart/ranking';
import { systemClock } from '@nextcart/runtime';
import { Command } from 'commander';
import { interrupted, withConnections } from '../connect.ts';
import { say } from '../print.ts';
import { createProgress, type Progress } from '../progress.ts';
import { type ListRange, parseRange } from '../replay/list-range.ts';
import { openReplay, type Replay } from '../replay/open-replay.ts';
import { renderDifference, renderPublished, renderVerify, renderWhatIf } from '../replay/render-replay.ts';
import { wholeNumber } from '../whole-number.ts';

interface Options {
  from: string;
  to?: string;
  release?: string;
  verify?: true;
  all?: true;
  batch: number;
  threads: number;
  topicPrefix: string;
}

/** A line on stderr that begins when the number of lists is known. */
const progressOf = (what: string) => {
  let line: Progress | undefined;
  let last = 0;
  return {
    onTotal: (total: number) => void (line = createProgress({ what, total, from: 0, clock: systemClock })),
    onProgress: (done: number) => {
      last = done;
      line?.update(done);
    },
    end: () => line?.end(last),
  };
};

/** The error of a range that there is nothing to tell of; it names the lists that there are. */
const nothingOf = async (replay: Replay, what: string): Promise<Error> =>
  new Error(`${what}: ${renderPublished(await replay.published()).join('\n')}`);

const verify = async (replay: Replay, range: ListRange, goOn: boolean, signal: AbortSignal) => {
  const started = systemClock.monotonic();
  const { end, ...progress } = progressOf('replay');
  let told = 0;
  const report = await replay.verify({
    ...{ range, signal, ...progress },
    onDifference: (difference) => {
      // the first tells what is wrong; thousands more would hide it
      if (told === 0) for (const line of renderDifference(difference)) say(line);
      told += 1;
      return goOn;
    },
  });
  end();
  for (const line of renderVerify(report, (systemClock.monotonic() - started) / 1000)) say(line);
  if (report.different > 0) process.exitCode = 1;
  if (report.checked === 0) throw await nothingOf(replay, 'nothing was compared');
};

const whatIf = async (replay: Replay, range: ListRange, wanted: string | undefined, signal: AbortSignal) => {
  const release = wanted === 'none' ? UNTRAINED : (wanted ?? replay.inForce);
  if (release === null)
    throw new Error('no release is in force: name one with --release, or none for the untrained parts');
  const { end, ...progress } = progressOf('replay');
  const report = await replay.whatIf({ range, release, signal, ...progress });
  end();
  if (report.lists === 0) throw await nothingOf(replay, 'no list was published in this range');
  for (const line of renderWhatIf(report, release)) say(line);
};

/** `nextcart replay`: published lists made again from what they name. */
export const replayCommand = (): Command =>
  new Command('replay')
    .description(
      'make published lists again from the log: are they the same (--verify), or what had another release shown',
    )
    .requiredOption(
      '--from <when>',
      'the first list: an ISO time of publication, or P:N, an offset of recommendations.v1',
    )
    .option('--to <when>', 'the first that is not wanted; else all after --from')
    .option(
      '--verify',
      'compare byte for byte apart from the stamps; exits 1 at the first difference, and where nothing was compared',
    )
    .option('--all', 'with --verify: go on after a difference and count them')
    .option('--release <id>', "what this release had shown; 'none': the untrained parts; else the one in force")
    .option('--batch <n>', 'lists that models are asked for at once: changes no list', wholeNumber('--batch'), 64)
    .option('--threads <n>', 'threads of the models: changes no list', wholeNumber('--threads'), 1)
    .option('--topic-prefix <text>', 'put this before the names of the topics (trials)', '')
    .addHelpText(
      'after',
      `
Each list is made from its subject's events up to its trigger, the catalogue up to the position, the snapshots and the
release that it names, all read from ClickHouse, with the time of its trigger. A list whose snapshots or release are gone
is skipped and counted. Without --verify: hit rate and NDCG of what the subject clicked, carted or bought next within the
range, for the lists as published and as they had been; means over subjects with 95 % intervals over subjects. What people
saw shaped what they did, in favour of what was published.
`,
    )
    .action((options: Options) => {
      const range = parseRange(options.from, options.to);
      if (options.verify && options.release !== undefined)
        throw new Error('--verify makes each list by the release that it names: leave --release out');
      return withConnections(async ({ kafka, store, registry, artifacts }) => {
        const { batch, threads, topicPrefix } = options;
        const replay = await openReplay({
          kafka: kafka(),
          store: store(),
          registry: registry(),
          artifacts: artifacts(),
          batch,
          threads,
          topicPrefix,
        });
        const signal = interrupted();
        try {
          if (options.verify) await verify(replay, range, options.all ?? false, signal);
          else await whatIf(replay, range, options.release, signal);
        } finally {
          await replay.close();
        }
      });
    });
