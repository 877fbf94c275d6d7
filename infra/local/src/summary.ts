import { watchEnv } from './children.ts';
import type { RunningService } from './services.ts';
import type { Stack } from './stack.ts';
import { stackEnv } from './urls.ts';

/** Where everything is, and what to try. */
export const summary = (stack: Stack, services: Record<string, RunningService>): string => {
  const rows: [string, string][] = [
    ...Object.entries(stackEnv(stack.urls)),
    ...Object.entries(services).map(([name, { url }]): [string, string] => [name, `${url}/health  ${url}/metrics`]),
    ['logs', `${stack.dataDir}/logs`],
  ];
  if (Object.keys(services).length > 0)
    rows.push(
      ['a list', 'npx nextcart recommend USER'],
      ['the models', 'npx nextcart models'],
      ['what lists bring', `npx nextcart attribution --hold-out ${watchEnv['SCORER_HOLD_OUT']}`],
      ['the ledger', 'npx nextcart ledger'],
    );
  rows.push(['stop', 'Ctrl-C']);
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`).join('\n');
};
