import { Command } from 'commander';
import { doctorCommand } from './commands/doctor.ts';
import { importCommand } from './commands/import.ts';
import { ledgerCommand } from './commands/ledger.ts';
import { rebuildCommand } from './commands/rebuild.ts';
const program = new Command('nextcart').showHelpAfterError();
for (const c of [doctorCommand, importCommand, ledgerCommand, rebuildCommand]) program.addCommand(c());
try { await program.parseAsync(); } catch (e) { console.error('nextcart: ' + (e as Error).message); process.exitCode = 1; }
