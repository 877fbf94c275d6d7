#!/usr/bin/env node
// A plain-JavaScript door, so that an old Node gets a sentence instead of a syntax error.
import module from 'node:module';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 24 || (major === 24 && minor < 6)) {
  process.stderr.write(
    `nextcart needs Node 24.6 or newer, this is ${process.versions.node}. In the repository run: node bootstrap.mjs nextcart …\n`,
  );
  process.exit(1);
}
module.enableCompileCache(); // half of a command's time is Node making JavaScript of sources that it has read before
await import('../src/main.ts');
