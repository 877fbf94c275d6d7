import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { NextcartError } from '@nextcart/contracts';
import { defaultDataDir } from './folders.ts';

export const usage = `npm start [-- OPTIONS]      servers, services, a simulated shop and a live list

  --fresh                   forget everything first
  --quiet                   a status line instead of the live list (also without a terminal)
  --no-simulate             no simulated shop: send your own events
  --users N                 simulated customers, a whole number
  --rate N                  simulated events a second
  --source online-retail --file PATH [--speed 3600x|max]
                            replay a public data set instead of simulating
  --data-dir DIR            where data, logs and addresses are kept (default .nextcart)
  --servers-only            Kafka, ClickHouse, Redis and the schema registry, nothing else
  --help

Servers that KAFKA_BROKERS, CLICKHOUSE_URL, REDIS_URL or SCHEMA_REGISTRY_URL name are used, the others started here.`;

export interface StartOptions {
  readonly help: boolean;
  readonly fresh: boolean;
  readonly quiet: boolean;
  readonly serversOnly: boolean;
  readonly dataDir: string;
  /** Where events come from. */
  readonly feed: Feed;
}
export type Feed =
  | { readonly kind: 'none' }
  | { readonly kind: 'simulate'; readonly users?: string; readonly rate?: string }
  | { readonly kind: 'import'; readonly source: string; readonly file: string; readonly speed: string };

/** Throws with the usage in its message. */
export const parseArguments = (args: readonly string[]): StartOptions => {
  const { values } = parse(args);
  return {
    help: values.help,
    fresh: values.fresh,
    quiet: values.quiet,
    serversOnly: values['servers-only'],
    dataDir: values['data-dir'] ?? defaultDataDir(),
    feed: feedOf(values),
  };
};

const feedOf = (values: ReturnType<typeof parse>['values']): Feed => {
  const { source, file, users, rate } = values;
  if (source !== undefined || file !== undefined) {
    if (source === undefined || file === undefined) throw refuse('--source and --file go together');
    const { speed = 'max' } = values;
    // said now, not by a feed that ends when everything is up
    if (!existsSync(file)) throw refuse(`--file ${file}: there is no such file or folder`);
    if (!/^(max|\d+(\.\d+)?x?)$/.test(speed))
      throw refuse(`--speed takes 'max' or a factor such as 60x, not '${speed}'`);
    return { kind: 'import', source, file, speed };
  }
  if (values.speed !== undefined) throw refuse('--speed is for --source and --file');
  if (values['no-simulate']) return { kind: 'none' };
  return {
    kind: 'simulate',
    ...(users === undefined ? {} : { users: whole('users', users) }),
    ...(rate === undefined ? {} : { rate: number('rate', rate) }),
  };
};

const number = (name: string, text: string): string => {
  if (!(Number(text) > 0)) throw refuse(`--${name} must be a number above 0, not '${text}'`);
  return text;
};

const whole = (name: string, text: string): string => {
  if (!Number.isSafeInteger(Number(text))) throw refuse(`--${name} must be a whole number, not '${text}'`);
  return number(name, text);
};

const refuse = (why: string): NextcartError => new NextcartError('bad_input', `${why}\n\n${usage}`, { retry: false });

const parse = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean', default: false },
        fresh: { type: 'boolean', default: false },
        quiet: { type: 'boolean', default: false },
        'no-simulate': { type: 'boolean', default: false },
        'servers-only': { type: 'boolean', default: false },
        users: { type: 'string' },
        rate: { type: 'string' },
        source: { type: 'string' },
        file: { type: 'string' },
        speed: { type: 'string' },
        'data-dir': { type: 'string' },
      },
    });
  } catch (error) {
    throw refuse(error instanceof Error ? error.message : String(error));
  }
};
