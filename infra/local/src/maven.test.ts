import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { fetchWithMaven } from './maven.ts';

let dir: string;
const said: string[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'nextcart-maven-'));
  vi.stubEnv('PATH', [dir, process.env['PATH']].join(delimiter));
  said.length = 0;
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(dir, { recursive: true });
});

/** Where it is given `-DoutputDirectory=DIR` it stands for a Maven that does `script` with `$out`. */
const standIn = (script: string): void => {
  const head = '#!/bin/sh\nfor each; do case $each in -DoutputDirectory=*) out=${each#*=};; esac; done\n';
  writeFileSync(join(dir, 'mvn'), `${head}${script}\n`);
  chmodSync(join(dir, 'mvn'), 0o755);
};
const fetch = (): Promise<void> =>
  fetchWithMaven(['a:b:1', 'c:d:2'], join(dir, 'libs'), 'copy', (line) => said.push(line));

test('a download is announced and done once', async () => {
  standIn('mkdir "$out" && echo jar > "$out/b-1.jar"');
  await fetch();
  await fetch();
  expect(said).toEqual(['fetching a:b:1 and c:d:2 with Maven, once']);
  expect(readdirSync(join(dir, 'libs'))).toEqual(['b-1.jar']);
});

test('two first starts at once don’t disturb each other', async () => {
  standIn('mkdir "$out" && echo jar > "$out/b-1.jar"');
  await Promise.all([fetch(), fetch()]);
  expect(readdirSync(dir).toSorted()).toEqual(['libs', 'mvn']);
});

test('a download that fails half-way says what was wanted, Maven’s own words and the cure, and is not taken for a whole one', async () => {
  standIn('mkdir "$out" && echo jar > "$out/b-1.jar"; echo "no route to the repository"; exit 1');
  await expect(fetch()).rejects.toThrow(
    /fetch a:b:1 and c:d:2\. Install Maven and Java 17.*\nno route to the repository/,
  );
  expect(readdirSync(dir)).toEqual(['mvn']);
});
