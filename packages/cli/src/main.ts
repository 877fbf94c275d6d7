import { NextcartError } from '@nextcart/contracts';
import { Command } from 'commander';
import { attributionCommand } from './commands/attribution.ts';
import { deadLettersCommand } from './commands/dead-letters.ts';
import { doctorCommand } from './commands/doctor.ts';
import { importCommand } from './commands/import.ts';
import { ledgerCommand } from './commands/ledger.ts';
import { modelsCommand } from './commands/models.ts';
import { needsCommand } from './commands/needs.ts';
import { rebuildCommand } from './commands/rebuild.ts';
import { recommendCommand } from './commands/recommend.ts';
import { replayCommand } from './commands/replay.ts';
import { setupCommand } from './commands/setup.ts';
import { simulateCommand } from './commands/simulate.ts';
import { topicsCommand } from './commands/topics.ts';
import { watchCommand } from './commands/watch.ts';
import { warn } from './print.ts';

const program = new Command('nextcart')
  .description('Streaming recommendations: events in, live explained lists out.')
  .showHelpAfterError()
  .addHelpText(
    'after',
    `
Where the servers are: KAFKA_BROKERS, CLICKHOUSE_URL and SCHEMA_REGISTRY_URL, else the stack that \`npm start\` runs here.
`,
  );
for (const create of [
  setupCommand,
  simulateCommand,
  importCommand,
  recommendCommand,
  watchCommand,
  needsCommand,
  attributionCommand,
  modelsCommand,
  replayCommand,
  ledgerCommand,
  deadLettersCommand,
  rebuildCommand,
  topicsCommand,
  doctorCommand,
]) {
  const command = create();
  program.addCommand(command);
  for (const each of [command, ...command.commands]) each.copyInheritedSettings(program); // help after an error
}

// nobody reads any further, as after `| head`: it ends there, as the shell's own programs do by SIGPIPE
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(process.exitCode ?? 141);
});

try {
  await program.parseAsync();
} catch (error) {
  warn(`nextcart: ${error instanceof Error ? error.message : String(error)}`);
  if (error instanceof NextcartError && Object.keys(error.context).length > 0)
    warn(`  ${JSON.stringify(error.context)}`);
  process.exitCode = 1;
}
