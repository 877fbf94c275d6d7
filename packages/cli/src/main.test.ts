import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

test('a command whose output nobody reads to its end ends there and says nothing of it', () => {
  const command = `'${process.execPath}' '${join(import.meta.dirname, 'main.ts')}' doctor`;
  // the reader is gone before the first line; doctor finds no servers
  const script = `exec 3>&1; { ${command} 2>&3; echo "ended with $?" >&3; } | true`;
  const env = { ...process.env, NEXTCART_DIR: join(import.meta.dirname, 'nowhere') };
  expect(execFileSync('bash', ['-c', script], { encoding: 'utf8', env })).toMatch(/^ended with (1|141)\n$/);
});
