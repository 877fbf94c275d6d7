import {
  ATTRIBUTION_HOURS,
  type Attribution,
  type AttributionSplit,
  attributionSplits,
  readArms,
  readAttribution,
  readExplored,
  readInterleaving,
  type Store,
} from '@nextcart/clickhouse';
import { systemClock } from '@nextcart/runtime';
import { Command, Option } from 'commander';
import { withConnections } from '../connect.ts';
import { say } from '../print.ts';
import {
  type InterleavingResult,
  renderArms,
  renderAttribution,
  renderExplored,
  renderInterleaving,
  toJson,
} from '../render-attribution.ts';

const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** '90m', '24h' and '7d' before `now`, else a date or time (UTC where it names no zone); epoch ms. */
export const parseWhen = (text: string, now: number): number => {
  const age = /^(\d+)([mhd])$/.exec(text);
  if (age !== null) return now - Number(age[1]) * (UNIT_MS[age[2] as string] as number);
  const [isDate, zone] = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/.exec(text) ?? [];
  const time =
    isDate === undefined ? Number.NaN : Date.parse(zone === undefined && text.length > 10 ? `${text}Z` : text);
  if (Number.isNaN(time))
    throw new Error(`'${text}' is no time: expected an age such as 90m, 24h or 7d, or a time such as 2026-11-24T12:00`);
  return time;
};

interface Options {
  since: string;
  until?: string;
  hours: number;
  by?: AttributionSplit;
  holdOut?: number;
  salt: string;
  json?: true;
}

const whole = (text: string): number => {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new Error(`--hours takes a whole number, not '${text}'`);
};
const share = (text: string): number => {
  const value = Number(text);
  if (text !== '' && value >= 0 && value <= 1) return value;
  throw new Error(`--hold-out takes a share of the subjects, such as 0.1, not '${text}'`);
};

/** What the store knows of lists in a range of event time, [since, until) in epoch ms. */
const readAll = async (store: Store, range: { since: number; until: number; hours: number }, options: Options) => {
  const attribution: Attribution = await readAttribution(store, range);
  const arms =
    options.holdOut === undefined ? null : await readArms(store, range, { share: options.holdOut, salt: options.salt });
  const explored = await readExplored(store, range);
  const tallies = await readInterleaving(store, range);
  const interleaving: InterleavingResult[] = [];
  if (tallies.length > 0) {
    // models bring an inference engine along, which a command that needs none should not wait for
    const { winRate } = await import('@nextcart/models');
    for (const tally of tallies) interleaving.push({ ...tally, ...winRate(tally) });
  }
  return { attribution, explored, arms, interleaving };
};

/** `nextcart attribution`: what lists led to. */
export const attributionCommand = (): Command =>
  new Command('attribution')
    .alias('uplift')
    .description('what lists led to: click-through, conversion and revenue by release, source and place')
    .option('--since <when>', 'an age such as 90m, 24h or 7d, or a time; of events, UTC', '24h')
    .option('--until <when>', 'the same (default: now)')
    .addOption(new Option('--by <what>', 'this table only').choices([...attributionSplits]))
    .option('--hours <n>', 'hours from a click to a purchase that names no list', whole, ATTRIBUTION_HOURS)
    .option('--hold-out <share>', 'compare the subjects that scorers hold out, at their share, with the others', share)
    .option('--salt <text>', "the hold-out's salt, as scorers have it", '')
    .option('--json', 'all of it as JSON, money as decimals in the base currency')
    .addHelpText(
      'after',
      `
shown       items of lists that subjects saw: each once for a subject and a list, however often
CTR         clicks of what was shown; conversion: purchased lines a click; revenue: bought less returned, base currency
95 %        intervals over subjects: what one subject does twice is not two trials
A purchase is the list's that it names, else the last click's of its subject and item; a return is taken off its
purchase. Robots and outliers are left out. Events of an import have times of their own: name them by --since and --until.
Explored places (SCORER_EXPLORATION_SLOTS) are told with their CTR, and with that of all items that might have been drawn.
With two releases interleaved, the win rate's interval holds however often it is looked at.
The rule in full: docs/decisions/0023-attribution.md
`,
    )
    .action((options: Options) =>
      withConnections(async ({ store }) => {
        const now = systemClock.now();
        const until = options.until === undefined ? now : parseWhen(options.until, now);
        const since = parseWhen(options.since, now);
        if (since >= until) throw new Error(`--since ${options.since} is not before the end of the range`);
        const found = await readAll(store(), { since, until, hours: options.hours }, options);
        if (options.json) return say(toJson({ since, until, hours: options.hours, ...found }));
        const splits = options.by === undefined ? attributionSplits : [options.by];
        for (const line of renderAttribution(found.attribution, splits)) say(line);
        for (const line of renderExplored(found.explored)) say(line);
        if (found.arms !== null) for (const line of renderArms(found.arms)) say(line);
        for (const line of renderInterleaving(found.interleaving)) say(line);
      }),
    );
