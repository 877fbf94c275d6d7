import { readStackFile } from '@nextcart/local';
import { Command } from 'commander';
import { withConnections } from '../connect.ts';
import { checkNode, checkPrograms } from '../doctor/check-programs.ts';
import { examine } from '../doctor/examine.ts';
import { type Finding, ill } from '../doctor/finding.ts';
import { readEnv } from '../env.ts';
import { paint, say } from '../print.ts';

/** ✓ what is well; ✗ what is not, and below it the cure. */
export const renderFinding = (finding: Finding): string[] => {
  const text = finding.detail === '' ? finding.what : `${finding.what}: ${finding.detail}`;
  return finding.ok
    ? [`${paint('green', '✓')} ${text}`]
    : [`${paint('red', '✗')} ${text}`, paint('yellow', `  → ${finding.cure}`)];
};

const report = (findings: readonly Finding[]): void => {
  for (const finding of findings) for (const line of renderFinding(finding)) say(line);
  const wrong = findings.filter(({ ok }) => !ok).length;
  say(wrong === 0 ? paint('green', 'all is well') : paint('red', `${wrong} of ${findings.length} are not well`));
  if (wrong > 0) process.exitCode = 1;
};

/** `nextcart doctor`: what is installed, reachable, lagging, split between partitions. */
export const doctorCommand = (): Command =>
  new Command('doctor')
    .description(
      'what is installed, reachable, lagging or split between partitions, each with its cure; exits 1 if anything is',
    )
    .addHelpText(
      'after',
      `
Looks at Node (and Java, Maven and Redis where no server is named), the servers, topics
and their partitions, schemas, tables, each consumer group's lag by partition (an
unknown lag is an alarm), subjects whose events are in two partitions, and the
services of the stack in this folder. It changes nothing.
`,
    )
    .action(async () => {
      const node = checkNode();
      try {
        readEnv();
      } catch (error) {
        // no stack and no servers named: then it matters what the stack would need
        const [detail = '', ...cure] = (error as Error).message.split('\n');
        return report([node, ...checkPrograms(), ill('servers', detail, cure.join('\n    '))]);
      }
      await withConnections(async (connections) => {
        const services = readStackFile(connections.env.NEXTCART_DIR)?.services ?? {};
        report([node, ...(await examine(connections, services))]);
      });
    });
