import { NextcartError } from '@nextcart/contracts';
import { parseArguments, type StartOptions, usage } from './arguments.ts';
import { readEnv } from './env.ts';
import { isScreen, START_OF_LINE } from './screen.ts';
import { start } from './start.ts';
import { createSteps } from './steps.ts';

/** `npm start`. Ends with 0 after an orderly stop, with 1 and the reason otherwise. */
const main = async (): Promise<number> => {
  let options: StartOptions;
  try {
    options = parseArguments(process.argv.slice(2));
  } catch (error) {
    return fail(error);
  }
  if (options.help) {
    console.log(usage);
    return 0;
  }
  const abort = new AbortController();
  const stop = (): void => {
    if (abort.signal.aborted)
      console.error('still stopping in order; kill -9 me if you must: the next start cleans up');
    abort.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  // a terminal that is gone can't be written to: that must not end the launcher before what it started
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => abort.abort());
  const env = readEnv();
  const drawn = isScreen(process.stdout, env);
  try {
    await start(
      options,
      env,
      process.stdout,
      // a status that is being redrawn has no end of line: what is said takes its place
      createSteps((text) => process.stdout.write(drawn ? `${START_OF_LINE}${text}` : text)),
      abort.signal,
    );
    return 0;
  } catch (error) {
    if (!abort.signal.aborted) return fail(error);
    console.error('stopped before everything was up');
    return 130;
  }
};

const fail = (error: unknown): number => {
  console.error(error instanceof NextcartError ? `\n${error.message}` : error);
  return 1;
};

process.exit(await main());
