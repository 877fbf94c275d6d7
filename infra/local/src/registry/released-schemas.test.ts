import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { registrySubject, schemaText, topics } from '@nextcart/contracts';
import { expect, test } from 'vitest';
import { createSchemaStore } from './store.ts';

test("nextcart's own schemas register, and each can follow itself", () => {
  const dir = mkdtempSync(join(tmpdir(), 'nextcart-registry-'));
  const store = createSchemaStore(join(dir, 'schemas.json'));
  for (const { name, schema } of Object.values(topics)) {
    const id = store.register(registrySubject(name), schemaText(schema));
    expect(store.register(registrySubject(name), schemaText(schema))).toBe(id);
    expect(store.check(registrySubject(name), schemaText(schema), 'latest')).toEqual([]);
  }
  rmSync(dir, { recursive: true });
});
