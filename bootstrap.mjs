// Runs on any Node from 18 on: brings what is missing on a fresh clone (packages, a Node 24, servers' programs), then
// runs what was asked for on that Node. Plain JavaScript, because an older Node can't read TypeScript.
import { findNode, install, requireFirstNode } from './infra/bootstrap/install.mjs';
import { ensurePython } from './infra/bootstrap/python.mjs';
import { Cure, run } from './infra/bootstrap/run.mjs';
import { runChecks, runTests } from './infra/bootstrap/test-run.mjs';
import { ensureKcat, ensureServerTools } from './infra/bootstrap/tools.mjs';

const usage = `node bootstrap.mjs COMMAND [ARGUMENTS]
  start      servers, services, a simulated shop and a live list (--help shows its options)
  test       static checks, then all tests (arguments go to vitest)
  check      only the static checks
  bench      NAME --json FILE
  nextcart   the nextcart command
`;

const commands = {
  start: async (node, args) => {
    if (!args.includes('--help')) await ensureServerTools();
    return run(node, ['infra/local/src/main.ts', ...args]);
  },
  test: async (node, args) => {
    // before the checks, which take a minute: what is missing is said at once
    await ensureServerTools();
    await ensureKcat();
    await ensurePython();
    const checked = await runChecks();
    return checked === 0 ? runTests(node, args) : checked;
  },
  check: () => runChecks(),
  bench: async (node, args) => {
    if (!args.includes('--help')) await ensureServerTools();
    return run(node, ['test/bench/main.ts', ...args]);
  },
  nextcart: (node, args) => run(node, ['packages/cli/src/main.ts', ...args]),
};

const main = async ([name = '', ...args]) => {
  requireFirstNode();
  if (!Object.hasOwn(commands, name)) {
    process.stderr.write(usage);
    return 2;
  }
  await install();
  return commands[name](findNode(), args);
};

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(error instanceof Cure ? `\n${error.message}\n` : `${error.stack}\n`);
  process.exitCode = 1;
}
