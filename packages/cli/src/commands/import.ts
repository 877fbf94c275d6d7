import { join } from 'node:path';
import { datasetNames, openDataset } from '@nextcart/datasets';
import { systemClock } from '@nextcart/runtime';
import { Command } from 'commander';
import { createCheckpoint } from '../checkpoint.ts';
import { interrupted, withConnections } from '../connect.ts';
import { importDataset } from '../import-dataset.ts';
import { integer, say, warn } from '../print.ts';
import { createPreparationLine, createProgress } from '../progress.ts';
import { parseSpeed, type Speed } from '../send-dataset.ts';

interface Options {
  source: string;
  file: string;
  speed: Speed;
  restart?: true;
  onlyCatalog?: true;
  topicPrefix: string;
}

/** `nextcart import`: a public data set into the topics, as the shop would have sent it. */
export const importCommand = (): Command =>
  new Command('import')
    .description('replay a public data set in its original format into the topics')
    .requiredOption('--source <name>', `which one: ${datasetNames.join(', ')}`)
    .requiredOption('--file <path>', 'its file, or the folder with its files; gzipped or not')
    .option(
      '--speed <factor>',
      "shop seconds a second, such as 3600x; 'max': as fast as the broker takes it",
      parseSpeed,
      'max',
    )
    .option('--restart', 'begin anew, though an earlier import of this file was stopped in the middle')
    .option('--only-catalog', 'send the items and no events')
    .option('--topic-prefix <text>', 'put this before the names of the topics (trials)', '')
    .addHelpText(
      'after',
      `
Ctrl-C stops in order; the same command goes on where it was. Events carry the data set's own clock and its name as
their source, so they move no other source's watermark. The formats, and what becomes of each line: docs/datasets.md
`,
    )
    .action((options: Options) =>
      withConnections(async ({ env, kafka, registry }) => {
        const signal = interrupted();
        const dataset = await openDataset(options.source, options.file);
        const state = join(env.NEXTCART_DIR, 'state');
        const result = await importDataset({
          dataset,
          path: options.file,
          kafka: kafka(),
          registry: registry(),
          clock: systemClock,
          signal,
          speed: options.speed,
          restart: options.restart ?? false,
          events: options.onlyCatalog !== true,
          topicPrefix: options.topicPrefix,
          checkpoint: (name) => createCheckpoint(join(state, `${name}.json`)),
          preparation: createPreparationLine({ what: dataset.name, clock: systemClock }),
          progress: (total, from) => createProgress({ what: dataset.name, total, from, clock: systemClock }),
          say: warn,
        });
        if (result.stopped) {
          say(
            `stopped after ${integer(result.events)} events; the same command goes on from there (--restart begins anew)`,
          );
          return;
        }
        say(
          `sent ${integer(result.items)} items${options.onlyCatalog ? '' : `; all ${integer(result.events)} events are sent`}`,
        );
      }),
    );
