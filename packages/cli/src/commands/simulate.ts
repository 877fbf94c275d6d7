import { join } from 'node:path';
import { systemClock } from '@nextcart/runtime';
import { Command } from 'commander';
import { interrupted, withConnections } from '../connect.ts';
import { integer, warn } from '../print.ts';
import { createProgress } from '../progress.ts';
import { parseSpeed, type Speed } from '../send-dataset.ts';
import { simulateShop } from '../simulate-shop.ts';
import { wholeNumber } from '../whole-number.ts';

interface Options {
  users: number;
  items: number;
  rate: number;
  seed?: number;
  speed: Speed;
  past: number;
  events?: number;
  dirt: boolean;
  source?: string;
  truth?: string;
  topicPrefix: string;
}

const rate = (text: string): number => {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new Error(`--rate takes events a second, such as 50, not '${text}'`);
};

/** In ms. */
const duration = (text: string): number => {
  const match = /^(\d+)(m|h)$/.exec(text);
  if (match === null) throw new Error(`--past takes minutes or hours, such as 90m or 2h, not '${text}'`);
  return Number(match[1]) * (match[2] === 'h' ? 3_600_000 : 60_000);
};

/** `nextcart simulate`: an invented shop's people, live, who also react to the lists that they are shown. */
export const simulateCommand = (): Command =>
  new Command('simulate')
    .description('a simulated shop: sends its catalogue, then what its people do, until Ctrl-C')
    .option('--users <n>', 'people', wholeNumber('--users'), 2000)
    .option('--items <n>', 'items', wholeNumber('--items'), 1000)
    .option('--rate <n>', 'events a second on average', rate, 50)
    .option('--seed <n>', 'the same number makes the same people (default: the time)', wholeNumber('--seed', 0))
    .option(
      '--speed <factor>',
      "shop seconds a second, such as 60x; 'max': as fast as the broker takes it",
      parseSpeed,
      1,
    )
    .option(
      '--past <duration>',
      'so much of its past first, at once, where the topic has no events yet, such as 90m or 2h (at 1x)',
      duration,
      0,
    )
    .option('--events <n>', 'stop after so many records', wholeNumber('--events'))
    .option('--no-dirt', 'no duplicates, gaps, absurd amounts, wrong clocks, robots or broken bytes')
    .option('--source <name>', "name of the stream (default: the live one; 'simulated-shop' at another speed than 1x)")
    .option('--truth <file>', 'where the truth is written as JSON lines (default: NEXTCART_DIR/truth/…)')
    .option('--topic-prefix <text>', 'put this before the names of the topics (trials)', '')
    .addHelpText(
      'after',
      `
A restart makes new events: the seed is the time, unless --seed is given; with the same seed the same event ids come
again, and are duplicates. How the people behave, and what is in the truth file: docs/simulated-shop.md
`,
    )
    .action((options: Options) =>
      withConnections(async ({ env, kafka, registry }) => {
        const { seed, events, source, truth, past, ...rest } = options;
        const sent = await simulateShop({
          ...rest,
          pastMs: past,
          seed,
          events,
          source,
          kafka: kafka(),
          registry: registry(),
          clock: systemClock,
          signal: interrupted(),
          truthFile: (name) => truth ?? join(env.NEXTCART_DIR, 'truth', `${name}.jsonl`),
          progress: (total) => createProgress({ what: 'simulated shop', total, from: 0, clock: systemClock }),
          say: warn,
        });
        warn(`simulated shop: stopped after ${integer(sent)} records`);
      }),
    );
