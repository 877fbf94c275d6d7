import { join } from 'node:path';
import type { Feed } from './arguments.ts';
import { repoRoot } from './folders.ts';

/** The command lines of everything that `npm start` runs and that other rooms own. Change them here only. */
const nextcart = (...args: string[]): string[] => [join(repoRoot, 'packages', 'cli', 'src', 'main.ts'), ...args];

/** Topics, schemas, tables. Idempotent; runs to its end. */
export const setupCommand = (): string[] => nextcart('setup');

/** Of the simulated shop: enough for a first release within minutes, and sent within seconds. */
const PAST = '60m';

/** Long-running: each serves `/health/ready` and `/metrics` on its `HTTP_PORT`. In the order in which they start. */
export const services = [
  { name: 'ingest', preferredPort: 9401 },
  { name: 'features', preferredPort: 9402 },
  { name: 'scorer', preferredPort: 9403 },
  { name: 'trainer', preferredPort: 9404 },
] as const;

/** What a service needs beside the servers' addresses; what the person has set goes before it. */
export const serviceEnv = (name: string, dataDir: string): Readonly<Record<string, string>> => {
  if (name === 'trainer') return { TRAINER_DATA_DIR: join(dataDir, 'models'), TRAINER_MIN_SUBJECTS: MIN_SUBJECTS };
  return name === 'scorer' ? watchEnv : {};
};
/** A shop of some thousand people has not the 2,000 buyers within a slice that the gate otherwise waits for. */
const MIN_SUBJECTS = '300';
/** A fifth of the subjects gets lists without models, so that it can be seen what models bring. */
export const watchEnv: Readonly<Record<string, string>> = { SCORER_HOLD_OUT: '0.2' };
export const serviceCommand = (name: string): string[] => [join(repoRoot, 'services', name, 'src', 'main.ts')];

/** Brings events: the simulated shop for ever, a data set until its end. */
export const feedCommand = (feed: Feed): string[] | undefined => {
  switch (feed.kind) {
    case 'none':
      return undefined;
    case 'simulate':
      return nextcart('simulate', '--past', PAST, ...option('users', feed.users), ...option('rate', feed.rate));
    case 'import':
      return nextcart('import', '--source', feed.source, '--file', feed.file, '--speed', feed.speed);
  }
};

/** One customer's events and list, and how the loop goes, live, in the foreground. */
export const watchCommand = (): string[] => nextcart('watch', '--demo', '--loop');

const option = (name: string, value: string | undefined): string[] => (value === undefined ? [] : [`--${name}`, value]);
