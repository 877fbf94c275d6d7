#!/usr/bin/env node
// A plain-JavaScript door, so that an old Node gets a sentence instead of a syntax error.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 24 || (major === 24 && minor < 6)) {
  process.stderr.write(
    `nextcart needs Node 24.6 or newer, this is ${process.versions.node}. In the repository run: node bootstrap.mjs nextcart …\n`,
  );
  process.exit(1);
}
await import('../src/main.ts');
